"""The section `[sync]`: what goes between Ploomes and Milvus, from when on, how often, and in which fields."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator

from core.settings.accounts import PADRAO, Contas, decoded
from core.settings.base import Section, Table, Unit, default_is

CLIENTES_PM, CLIENTES_MP, TAREFAS, INTERACOES = "clientes-pm", "clientes-mp", "tarefas", "interacoes"
# Clients go before what needs them (docs/reference/contracts/sync.md §SY-05).
FLOWS = (CLIENTES_PM, CLIENTES_MP, TAREFAS, INTERACOES)
Flow = Literal["clientes-pm", "clientes-mp", "tarefas", "interacoes"]
ZONE = ZoneInfo("America/Sao_Paulo")
_PESSOA = ("nome", "data_nascimento", "sexo", "nome_fantasia", "razao_social", "inscricao_estadual")
_ENDERECO = ("descricao", "cep", "logradouro", "numero", "complemento", "bairro", "cidade", "estado")
_CONTATO = ("descricao", "email", "telefone", "celular", "observacao")
_CLIENTE = (
    *("cliente_site", "cliente_observacao", *_PESSOA),
    *(f"endereco_{name}" for name in _ENDERECO),
    *(f"contato_{name}" for name in _CONTATO),
)
_CONTACT = ("Name", "LegalName", "Email", "Website", "Note", "OwnerId", "OriginId", "StatusId", "StreetAddress")
_CHAMADO = (
    *("chamado_assunto", "chamado_descricao", "chamado_email", "chamado_telefone", "chamado_contato"),
    *("chamado_tecnico", "chamado_mesa", "chamado_setor", "chamado_categoria_primaria"),
    *("chamado_categoria_secundaria", "categoria_id"),
)
TARGETS: dict[str, tuple[str, ...]] = {
    CLIENTES_PM: _CLIENTE,
    CLIENTES_MP: _CONTACT,
    TAREFAS: _CHAMADO,
    INTERACOES: _CHAMADO,
}
Minutes = Annotated[int, Unit("minutos"), Field(ge=0, le=1440)]


def _instant(text: str) -> str:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("deve ser um instante, como 2024-02-24T00:00:00 ou 2024-02-24T00:00:00-03:00") from None
    return text


Instante = Annotated[str, AfterValidator(_instant)]


def moment(text: str) -> datetime:
    """Return an instant of the settings; without an offset it is São Paulo's."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=ZONE)


class SyncTag(Table):
    """A tag of Ploomes whose tasks and interactions become tickets."""

    id: Annotated[int, Field(ge=1)] = Field(description="Número da etiqueta no Ploomes.")
    label: str = Field(description="Nome da etiqueta.")
    category: str = Field("", description="Categoria primária do chamado no Milvus.")
    subcategory: str = Field("", description="Categoria secundária.")


class SyncField(Table):
    """Where the value of a field of the other side comes from; it takes the place of the usual one."""

    flow: Flow = Field(description="Fluxo.")
    target: str = Field(description="Campo de destino.")
    source: str = Field("", description="Caminho na origem, como City.State.Short; vazio: só o valor fixo.")
    transform: Literal["texto", "digitos", "cep", "maiusculas", "data", "telefone"] = Field(
        "texto", description="O que se faz com o valor."
    )
    default: str = Field("", description="Valor quando a origem não tem um.")

    @model_validator(mode="after")
    def _target_is_known(self) -> "SyncField":
        if self.target not in TARGETS[self.flow]:
            raise ValueError(
                f"campo de destino desconhecido em {self.flow}: {self.target!r}; há {', '.join(TARGETS[self.flow])}"
            )
        if not self.source and not self.default:
            raise ValueError(f"o campo {self.target} precisa de source ou de default")
        return self


class SyncSchedules(Table):
    """Minutes between two runs of each flow."""

    clientes_pm: Minutes = Field(5, description="Clientes do Ploomes para o Milvus; 0 desliga.")
    clientes_mp: Minutes = Field(60, description="Clientes do Milvus para o Ploomes; 0 desliga.")
    tarefas: Minutes = Field(5, description="Tarefas; 0 desliga.")
    interacoes: Minutes = Field(5, description="Interações; 0 desliga.")


class ContaSync(Table):
    """One account of Ploomes and one of Milvus, in step."""

    ploomes: str = Field(PADRAO, description="Conta da seção ploomes.")
    milvus: str = Field(PADRAO, description="Conta da seção milvus.")
    tags: Annotated[tuple[SyncTag, ...], BeforeValidator(decoded)] = Field(
        (),
        description="Etiquetas cujas tarefas e interações viram chamados; vale a primeira que o item tem.",
        examples=[[{"id": 40001, "label": "INSTALAÇÃO", "category": "Instalação"}]],
    )
    cutoff: Instante = Field("2024-02-24T00:00:00", description="Nada criado antes disto é enviado.")
    start: Instante | None = Field(
        None,
        description="De onde a primeira leitura parte.",
        examples=["2026-11-01T00:00:00"],
        json_schema_extra=default_is("dez minutos antes da primeira leitura"),
    )
    min_milvus_id: Annotated[int, Field(ge=0)] | None = Field(
        None,
        description="Clientes do Milvus acima deste número vão ao Ploomes.",
        examples=[1500],
        json_schema_extra=default_is("o fluxo clientes-mp fica desligado"),
    )
    overlap_minutes: Annotated[int, Unit("minutos"), Field(ge=1, le=1440)] = Field(
        10, description="Cada leitura começa tanto antes do cursor."
    )
    ledger_url: SecretStr | None = Field(
        None,
        description="Livro num MongoDB, mongodb:// ou mongodb+srv://, com o nome do banco.",
        examples=["mongodb://usuario:<senha>@servidor/esteira"],
        json_schema_extra=default_is("o livro fica no banco da Esteira"),
    )
    mapping: Annotated[tuple[SyncField, ...], BeforeValidator(decoded)] = Field(
        (),
        description="Campos que saem de outro lugar que o de costume.",
        examples=[[{"flow": "tarefas", "target": "chamado_mesa", "default": "Suporte"}]],
    )
    schedules: Annotated[SyncSchedules, BeforeValidator(decoded)] = Field(
        SyncSchedules(), description="Minutos entre duas rodadas.", examples=[{"clientes_mp": 120}]
    )
    send_invalid: bool = Field(False, description="Envia também documentos com dígito errado.")
    deal_client: bool = Field(True, description="Uma tarefa sem cliente toma o do negócio.")
    edits: Literal["none", "update"] = Field(
        "none", description="update: o que muda depois de enviado muda o cliente, ou vira acompanhamento no chamado."
    )
    subject: str = Field("{label} {id}", description="Assunto de um chamado sem título; {label}, {id}.")
    description: str = Field("Sem descrição.", description="Texto de um chamado sem descrição.")
    attempts: Annotated[int, Unit("vezes"), Field(ge=1, le=10)] = Field(3, description="Tentativas por item e rodada.")
    seconds: Annotated[float, Unit("segundos"), Field(ge=10, le=3600)] = Field(
        240, description="Uma rodada não começa nada depois disto."
    )

    @property
    def cutoff_at(self) -> datetime:
        """The cut-off as an instant."""
        return moment(self.cutoff)

    @model_validator(mode="before")
    @classmethod
    def _ledger_is_mongodb(cls, given: Any) -> Any:
        url = given.get("ledger_url") if isinstance(given, dict) else None
        text = url.get_secret_value() if isinstance(url, SecretStr) else url
        if isinstance(text, str) and not text.startswith(("mongodb://", "mongodb+srv://")):
            raise ValueError("ledger_url deve começar com mongodb:// ou mongodb+srv://")
        return given

    @model_validator(mode="after")
    def _tags_are_told_once(self) -> "ContaSync":
        numbers = [tag.id for tag in self.tags]
        if len(set(numbers)) < len(numbers):
            raise ValueError("a mesma etiqueta está duas vezes em tags")
        return self

    def minutes(self, flow: str) -> int:
        """Return the minutes between two runs of a flow; 0: it is off."""
        if flow == CLIENTES_MP and self.min_milvus_id is None:
            return 0
        if flow in (TAREFAS, INTERACOES) and not self.tags:
            return 0
        found: int = getattr(self.schedules, flow.replace("-", "_"))
        return found


class SyncSettings(Contas[ContaSync], Section):
    """Ploomes and Milvus in step, by account."""

    about: ClassVar[str] = "Ploomes e Milvus em dia: clientes nos dois sentidos, tarefas e interações como chamados."
