"""Every event: its name, its label, whom it concerns, and the type of its payload.

The classes named in integracoes section 2 belong to a user; the others are the operator's.
"""

from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, dataclass_transform

CATALOG: dict[str, type["Payload"]] = {}


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Payload:
    """The `dados` of one event. A subclass with a name is an event: defining it enters it in the catalogue."""

    evento: ClassVar[str]
    rotulo: ClassVar[str]
    do_usuario: ClassVar[bool] = False
    etiquetas: ClassVar[tuple[str, ...]] = ()
    sempre: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        dataclass(frozen=True, kw_only=True)(cls)
        if "evento" in vars(cls):
            CATALOG[cls.evento] = cls

    @property
    def entidade(self) -> str | None:
        """The entity whose events are numbered one after the other; none where order means nothing."""
        return None

    def dados(self) -> dict[str, Any]:
        """Return the payload as the object that is sent."""
        return asdict(self)  # type: ignore[call-overload, no-any-return]


class NfeImportada(Payload):
    """An NF-e was imported for the first time."""

    evento, rotulo, do_usuario = "nfe_importada", "NFe Importada", True

    chave_acesso: str
    numero_nf: str
    serie: str
    data_emissao: str | None
    emit_cnpj: str
    emit_nome: str
    dest_cnpj_cpf: str
    dest_nome: str
    valor_total: str = "0"
    valor_produtos: str = "0"
    status_nfe: str


class CteImportado(Payload):
    """A CT-e was imported for the first time."""

    evento, rotulo, do_usuario = "cte_importado", "CTe Importado", True

    chave_acesso: str
    numero_ct: str
    serie: str
    data_emissao: str | None
    emit_cnpj: str
    emit_nome: str
    dest_cnpj: str
    dest_nome: str
    valor_total: str = "0"
    municipio_inicio: str
    uf_inicio: str
    municipio_fim: str
    uf_fim: str
    status_cte: str


class ConsultaConcluida(Payload):
    """A consultation of SEFAZ ended; `certificado` repeats `certificado_nome` for older consumers."""

    evento, rotulo, do_usuario = "consulta_concluida", "Consulta SEFAZ Concluída", True

    certificado_nome: str
    certificado: str
    cnpj: str
    tipo_documento: str
    data_inicio: str
    data_fim: str
    total_encontrados: int
    total_importados: int
    total_erros: int
    data_conclusao: str


class DocumentoAtualizado(Payload):
    """A document changed: cancelled, corrected, another status."""

    evento, rotulo, do_usuario = "documento_atualizado", "Documento Atualizado", True

    chave_acesso: str
    tipo: str
    campos_alterados: list[str]


class ErroImportacao(Payload):
    """A file could not be imported; `arquivo`, `erro` and `timestamp` are the names older consumers know."""

    evento, rotulo, do_usuario = "erro_importacao", "Erro na Importação", True
    etiquetas = ("x",)

    tipo_documento: str
    arquivo_nome: str
    chave_acesso: str | None
    mensagem: str
    data_importacao: str
    arquivo: str
    erro: str
    timestamp: str


class Teste(Payload):
    """A test delivery; it needs no subscription."""

    evento, rotulo, do_usuario, sempre = "teste", "Teste", True, True

    tipo: str = "teste"
    mensagem: str
    timestamp: str
    usuario: str | None = None


class _DeAlerta(Payload):
    """What all events of an alert say; those of one object are numbered, so that a receiver can put them in order.

    `rotulos` are the object's labels, whatever they are; each stands beside the fields as well, where filters look.
    """

    fonte: str
    objeto: str
    codigo: str
    severidade: str
    mensagem: str
    aberto_em: str
    loja: str = ""
    uf: str = ""
    grupo: str = ""
    rotulos: dict[str, str] = field(default_factory=dict)

    @property
    def entidade(self) -> str:
        return f"{self.fonte}:{self.objeto}"

    def dados(self) -> dict[str, Any]:
        """Return the payload as the object that is sent; no label takes the place of a field."""
        return self.rotulos | super().dados()


class AlertaAberto(_DeAlerta):
    """A condition became true, or more severe than it was told (`agravado`)."""

    evento, rotulo, etiquetas = "alerta_aberto", "Alerta aberto", ("rotating_light",)

    agravado: bool = False


class AlertaResolvido(_DeAlerta):
    """A condition is no longer true."""

    evento, rotulo, etiquetas = "alerta_resolvido", "Alerta resolvido", ("white_check_mark",)

    resolvido_em: str


class AlertaLembrete(_DeAlerta):
    """A condition is still true and nobody has acknowledged it."""

    evento, rotulo, etiquetas = "alerta_lembrete", "Alerta ainda aberto", ("alarm_clock",)


class DestinoFalhando(Payload):
    """A destination has had no success for a day."""

    evento, rotulo, etiquetas = "destino_falhando", "Destino falhando", ("warning",)

    destino_id: int
    nome: str
    tipo: str
    desde: str
    mensagem: str


class DestinoRecuperado(Payload):
    """A destination that was failing or off works again."""

    evento, rotulo, etiquetas = "destino_recuperado", "Destino recuperado", ("white_check_mark",)

    destino_id: int
    nome: str
    tipo: str
    mensagem: str


class DestinoDesligado(Payload):
    """A destination was switched off by Esteira; its events are kept."""

    evento, rotulo, etiquetas = "destino_desligado", "Destino desligado", ("no_entry",)

    destino_id: int
    nome: str
    tipo: str
    motivo: str
    mensagem: str


class EntregaEsgotada(Payload):
    """A delivery used up its attempts."""

    evento, rotulo, etiquetas = "entrega_esgotada", "Entrega esgotada", ("warning",)

    destino_id: int
    nome: str
    tipo: str
    entrega_id: int
    mensagem: str


class EnvioQuestorConcluido(Payload):
    """Every file of a lot has its outcome."""

    evento, rotulo, etiquetas = "envio_questor_concluido", "Envio ao Questor concluído", ("white_check_mark",)

    conta: str
    lote: str
    totais: dict[str, int]
    mensagem: str


class EnvioQuestorParado(Payload):
    """The sending of an account stopped: it cannot go on without a person, or the server has been away for long."""

    evento, rotulo, etiquetas = "envio_questor_parado", "Envio ao Questor parado", ("octagonal_sign",)

    conta: str
    lotes: list[str]
    motivo: str
    mensagem: str


def known(name: str) -> bool:
    """Tell whether an event of this name exists."""
    return name in CATALOG


def subscribable() -> list[str]:
    """Return the names a destination may subscribe to."""
    return [name for name, payload in CATALOG.items() if not payload.sempre]


# About the deliveries themselves: their own failures are told to nobody, or one would cause the next.
ABOUT_DELIVERIES = frozenset(
    kind.evento for kind in (EntregaEsgotada, DestinoFalhando, DestinoDesligado, DestinoRecuperado)
)
