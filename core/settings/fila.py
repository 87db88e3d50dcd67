"""The section `[fila]`: queue tables of service orders in somebody else's database, and how their rows are told."""

import re
from string import Formatter
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator

from core.settings.accounts import Contas, decoded
from core.settings.base import Section, Table, Unit

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_$#]{0,127}(\.[A-Za-z][A-Za-z0-9_$#]{0,127})?")
_DSN = re.compile(r"[^\s/:]+:\d{1,5}/[\w.$-]+")
Prioridade = Annotated[int, Field(ge=1, le=5), Unit("de 1 a 5")]
Texts = Annotated[tuple[str, ...], BeforeValidator(decoded)]


def is_identifier(name: str) -> bool:
    """Tell whether a text is the name of a table or column, with or without its owner."""
    return bool(_NAME.fullmatch(name))


def _identifier(name: str) -> str:
    if not is_identifier(name):
        raise ValueError("deve ser um nome de tabela ou coluna: letras, dígitos e _, com o dono antes de um ponto")
    return name


def _dsn(text: str) -> str:
    if not _DSN.fullmatch(text):
        raise ValueError("deve ter a forma host:porta/servico")
    return text


def _template(text: str) -> str:
    try:
        fields = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
    except ValueError:
        raise ValueError("as chaves { e } do modelo não fecham") from None
    if wrong := [name for name in fields if not re.fullmatch(r"[a-z][a-z0-9_$#]*", name)]:
        raise ValueError(f"campo desconhecido no modelo: {wrong[0] or '{}'}; use o nome da coluna em minúsculas")
    try:
        text.format_map(dict.fromkeys(fields, "x"))
    except (ValueError, LookupError):
        raise ValueError("o formato de um campo do modelo não serve para um texto; use só {coluna}") from None
    return text


Identifier = Annotated[str, AfterValidator(_identifier)]
Template = Annotated[str, AfterValidator(_template)]


class FilaColumns(Table):
    """The names of the columns; those that the table lacks are not used."""

    id: Identifier = Field("ID", description="Número da linha.")
    os: Identifier = Field("ID_OS", description="Número da ordem de serviço.")
    message: Identifier = Field("MENSAGEM", description="Texto da linha.")
    status: Identifier = Field("STATUS", description="Estado: PENDENTE, PROCESSANDO, PROCESSADO ou ERRO.")
    created: Identifier = Field("DT_CRIACAO", description="Quando a linha foi criada.")
    processed: Identifier = Field("DT_PROCESSAMENTO", description="Quando a linha foi processada.")
    attempts: Identifier = Field("TENTATIVAS", description="Quantas vezes a linha foi reservada.")
    worker: Identifier = Field("WORKER", description="Quem reservou a linha.")
    token: Identifier = Field("TOKEN_RESERVA", description="Senha da reserva.")
    leased: Identifier = Field("DT_RESERVA", description="Quando a linha foi reservada, em UTC.")
    next: Identifier = Field("PROXIMA_TENTATIVA", description="Quando tentar de novo, em UTC.")
    error: Identifier = Field("ERRO", description="Por que a linha falhou.")
    ntfy: Identifier = Field("ID_NTFY", description="Número da mensagem no servidor de avisos.")


class FilaRule(Table):
    """How rows with a value in a column are announced; what is not given is as for all rows."""

    column: Identifier = Field(description="Coluna que decide, como TIPO ou NM_SETOR.")
    value: str = Field(description="Valor da coluna, sem distinguir maiúsculas.")
    destination: str | None = Field(None, description="Nome do destino.")
    priority: Prioridade | None = Field(None, description="Prioridade, de 1 a 5.")
    tags: tuple[str, ...] | None = Field(None, description="Etiquetas.")
    title: Template | None = Field(None, description="Título.")


class ContaFila(Table):
    """One queue table."""

    url: SecretStr | None = Field(
        None,
        description="Endereço do banco na forma do SQLAlchemy; com `dsn` não é usado.",
        examples=["postgresql://usuario:<senha>@servidor/erp"],
    )
    dsn: Annotated[str, AfterValidator(_dsn)] | None = Field(
        None, description="Oracle: host:porta/servico.", examples=["10.0.0.9:1521/ERP"]
    )
    user: str | None = Field(None, description="Oracle: usuário.", examples=["hsm"])
    password: SecretStr | None = Field(None, description="Oracle: senha.", examples=["<senha>"])
    table: Identifier = Field(
        "HSM_FILA_NOTIFICACAO", description="Tabela da fila, com o dono antes de um ponto se houver."
    )
    layout: Literal["status", "sem_status"] = Field(
        "status", description="status: a linha diz se foi processada; sem_status: a tabela só recebe linhas."
    )
    columns: Annotated[FilaColumns, BeforeValidator(decoded)] = Field(
        FilaColumns(), description="Nomes das colunas.", examples=[{"os": "CD_OS", "message": "DS_SERVICO"}]
    )
    batch: Annotated[int, Unit("linhas"), Field(ge=1, le=500)] = Field(100, description="Linhas por vez.")
    lease_seconds: Annotated[float, Unit("segundos"), Field(ge=10, le=3600)] = Field(
        120, description="Depois disso a linha de quem sumiu volta à fila."
    )
    interval_seconds: Annotated[float, Unit("segundos"), Field(ge=0.1, le=60)] = Field(
        1, description="De quanto em quanto tempo se olha uma fila vazia."
    )
    call_timeout: Annotated[float, Unit("segundos"), Field(ge=1, le=300)] = Field(
        15, description="Nenhuma chamada ao banco da fila dura mais."
    )
    max_attempts: Annotated[int, Unit("vezes"), Field(ge=1, le=100)] = Field(
        5, description="Depois disso a linha fica em ERRO."
    )
    reprocess: Annotated[int, Unit("vezes"), Field(ge=0, le=100)] = Field(
        0, description="Quantas vezes uma linha em ERRO volta sozinha à fila."
    )
    ordered: bool = Field(True, description="Uma ordem de serviço por vez, na ordem das linhas.")
    destination: str | None = Field(None, description="Nome do destino; sem ele, todos os que assinam o evento.")
    title: Template = Field("Ordem de Serviço", description="Título da mensagem; um modelo, como o texto.")
    template: Template = Field(
        "OS #{id_os} atualizada.",
        description="Texto da mensagem; {mensagem} é a coluna, {id_os} a ordem, e assim as outras.",
    )
    priority: Prioridade = Field(3, description="Prioridade, de 1 a 5.")
    tags: Texts = Field(("info", "os"), description="Etiquetas.")
    rules: Annotated[tuple[FilaRule, ...], BeforeValidator(decoded)] = Field(
        (),
        description="Exceções, por valor de uma coluna; vale a primeira que serve.",
        examples=[[{"column": "NM_SETOR", "value": "Oficina", "priority": 5}]],
    )
    sequence: bool = Field(
        False,
        description="Dá a cada linha um número de sequência (ntfy 2.16 ou mais novo): uma repetição troca o aviso "
        "anterior no aparelho.",
    )
    mask: Annotated[tuple[Identifier, ...], BeforeValidator(decoded)] = Field(
        (), description="Colunas de que se mostram só as iniciais.", examples=[["NM_SOLICITANTE"]]
    )
    digest_above: Annotated[int, Unit("linhas"), Field(ge=0)] = Field(
        0, description="Com mais linhas à espera, uma mensagem resume as de um destino; 0: nunca."
    )
    wait_for_push: bool = Field(False, description="PROCESSADO só depois da resposta do servidor de avisos.")

    @model_validator(mode="after")
    def _has_an_address(self) -> "ContaFila":
        if self.url is None and self.dsn is None:
            raise ValueError("precisa de url ou de dsn")
        if self.dsn is not None and (not self.user or self.password is None):
            raise ValueError("com dsn, precisa também de user e password")
        return self


class FilaSettings(Contas[ContaFila], Section):
    """Queue tables of service orders, by account."""

    about: ClassVar[str] = "Filas de ordens de serviço em tabelas de outro banco (Oracle, PostgreSQL ou SQLite)."
