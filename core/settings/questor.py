"""The section `[questor]`: one account of Questor Zen, its address, its manners, how its messages are read."""

import re
from functools import lru_cache
from typing import Annotated, Any, ClassVar
from urllib.parse import quote

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator

from core.settings.accounts import Contas, decoded
from core.settings.base import Seconds, Section, Table, Unit, checked_base_url, default_is, table_field
from core.wall_clock import SEMPRE, check_weekly

DEFAULT_METHODS = {
    "nfe": "importarxmlnfearray",
    "nfce": "importarxmlnfearray",
    "nfe_evento": "importarxmlnfeeventarray",
    "cte": "importarxmlctearray",
    "cte_evento": "importarxmlcteeventarray",
    "cteos": "importarxmlcteosarray",
    "cteos_evento": "importarxmlcteoseventarray",
    "cfe": "importarxmlcfearray",
    "cfe_cancelamento": "importarxmlcfeeventarray",
}
DEFAULT_WINDOW = ("seg-sex 20:00-06:00", "sab", "dom", "feriados")


def _program() -> str:
    # Every command has these settings, and to look for a version reads a file and loads a parser of messages.
    from importlib.metadata import version

    return f"Esteira/{version('esteira')}"


def _window(given: Any) -> Any:
    value = decoded(given)
    return (value,) if value == SEMPRE else value


def _not_empty(window: tuple[str, ...]) -> tuple[str, ...]:
    if not window or not all(entry.strip() for entry in window):
        raise ValueError('deve ter ao menos um período, ou ser "sempre"')
    check_weekly(window)
    return window


def _methods(given: Any) -> Any:
    value = decoded(given)
    return DEFAULT_METHODS | value if isinstance(value, dict) else value


def _known_methods(methods: dict[str, str]) -> dict[str, str]:
    unknown = sorted(set(methods) - set(DEFAULT_METHODS))
    if unknown:
        raise ValueError(f"tipo desconhecido: {', '.join(unknown)} (há {', '.join(DEFAULT_METHODS)})")
    if wrong := [kind for kind, method in methods.items() if not re.fullmatch(r"[A-Za-z0-9]*", method)]:
        raise ValueError(f"o método de {', '.join(wrong)} deve ter só letras e dígitos, ou ser vazio")
    return methods


def _patterns(patterns: tuple[str, ...]) -> tuple[str, ...]:
    for place, pattern in enumerate(patterns):
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"o padrão {place + 1} não é uma expressão regular válida: {error.msg}") from None
    return patterns


def _token(token: SecretStr) -> SecretStr:
    bare = token.get_secret_value().strip()
    if not bare or not re.fullmatch(r"[!-~]+", bare) or not bare.strip("."):
        raise ValueError("deve ser a chave de acesso do usuário, sem espaços nem acentos")
    return SecretStr(bare)


def _office(office: str) -> str:
    if not re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", office.lower()):
        raise ValueError("deve ser só o subdomínio do escritório, como contabil-exemplo")
    return office.lower()


def _printable(text: str) -> str:
    if not re.fullmatch(r"[ -~]+", text) or text != text.strip():
        raise ValueError("deve ter só caracteres ASCII visíveis")
    return text


Patterns = Annotated[tuple[str, ...], AfterValidator(_patterns)]


class QuestorMessages(Table):
    """Regular expressions, searched without regard to case, for what a refusal says. The texts are not published."""

    already_imported: Patterns = Field(
        (r"^(?!.*\bn[ãa]o\b).*\bj[áa] (?:foi |est[áa] )?importad[oa]\b",),
        description="Expressões regulares: a recusa que diz isto conta como enviada, motivo `ja_existia`.",
        examples=[["j[áa] importad"]],
        json_schema_extra=default_is("“já importado”, sem um “não”"),
    )
    client_missing: Patterns = Field(
        (r"\b(?:cliente|empresa)\b.{0,60}\bn[ãa]o (?:est[áa] |foi )?(?:cadastrad|encontrad)",),
        description="Expressões regulares: recusado, motivo `cliente_nao_cadastrado`.",
        json_schema_extra=default_is("“cliente … não cadastrado”"),
    )
    invalid_xml: Patterns = Field(
        (r"\bxml\b.{0,60}\b(?:inv[áa]lid|mal ?formad)",),
        description="Expressões regulares: recusado, motivo `xml_invalido`.",
        json_schema_extra=default_is("“XML inválido”"),
    )


class ContaQuestor(Table):
    """One account: an office and the access key of one of its users."""

    office: Annotated[str, AfterValidator(_office)] | None = Field(
        None,
        description="Subdomínio do escritório: `contabil-exemplo` de `contabil-exemplo.app.questorpublico.com.br`.",
        examples=["contabil-exemplo"],
        json_schema_extra=default_is("obrigatório sem `base_url`"),
    )
    token: Annotated[SecretStr, AfterValidator(_token)] = Field(
        description="Chave de acesso de um usuário (Minha Conta > Chave Acesso). Viaja no caminho, por isso não "
        "aparece em lugar nenhum; de preferência no ambiente.",
        examples=["<chave-de-acesso>"],
    )
    base_url: Annotated[str, AfterValidator(checked_base_url)] = Field(
        "",
        description="Só esquema, host e porta; `http` é para testes e para um proxy seu.",
        examples=["https://contabil-exemplo.app.questorpublico.com.br"],
        json_schema_extra=default_is("a partir de `office`"),
    )
    methods: Annotated[dict[str, str], BeforeValidator(_methods), AfterValidator(_known_methods)] = Field(
        DEFAULT_METHODS,
        description='De tipo a método de importação, só o que difere; `""`: este tipo não é enviado. Tipos: '
        + ", ".join(f"`{kind}`" for kind in DEFAULT_METHODS)
        + ".",
        examples=[{"nfce": "importarxmlnfearray", "cfe": ""}],
        json_schema_extra=default_is("os publicados"),
    )
    window: Annotated[tuple[str, ...], BeforeValidator(_window), AfterValidator(_not_empty)] = Field(
        DEFAULT_WINDOW,
        description='Quando se envia, no relógio de São Paulo; `"sempre"`: a qualquer hora.',
    )
    max_concurrency: Annotated[int, Field(ge=1, le=256), Unit("pedidos")] = Field(
        16, description="Pedidos ao mesmo tempo, no máximo, de 1 a 256; menos enquanto o servidor está lento."
    )
    max_batch_items: Annotated[int, Field(ge=1, le=1000), Unit("documentos")] = Field(
        50, description="Documentos em um pedido, de 1 a 1000."
    )
    max_batch_bytes: Annotated[int, Field(ge=10_000, le=20_000_000), Unit("bytes")] = Field(
        900_000,
        description="Tamanho de um pedido, de 10000 a 20000000; o servidor da frente provavelmente aceita 1 MiB.",
    )
    connect_timeout: Seconds = Field(10, description="Prazo para conectar.")
    total_timeout: Annotated[float, Field(ge=1, le=600), Unit("segundos")] = Field(
        120,
        description="Prazo de um pedido inteiro, de 1 a 600; use 90 ou mais: gravações acima de 30 s acontecem, e um "
        "prazo esgotado deixa o resultado desconhecido.",
    )
    user_agent: Annotated[str, AfterValidator(_printable)] = Field(
        default_factory=_program,
        description="O `User-Agent`; alguns proxies filtram por ele.",
        json_schema_extra=default_is("`Esteira/` e a versão"),
    )
    agreed_with_vendor: str | None = Field(
        None,
        description="Nota sua: com quem, quando e que carga foi combinada.",
        examples=["chamado 12345, 2026-01-15"],
    )
    messages: Annotated[QuestorMessages, BeforeValidator(decoded)] = table_field(
        QuestorMessages,
        description="Como se leem as recusas.",
        examples=[{"already_imported": ["j[áa] importad"]}],
    )

    @model_validator(mode="before")
    @classmethod
    def _has_an_address(cls, given: Any) -> Any:
        if not isinstance(given, dict) or given.get("base_url"):
            return given
        if not isinstance(office := given.get("office"), str) or not office:
            raise ValueError("precisa de office (o subdomínio do escritório) ou de base_url")
        return given | {"base_url": f"https://{office.lower()}.app.questorpublico.com.br"}

    def prefix(self) -> str:
        """Return the path before the method. It holds the token: never to be shown."""
        return _prefix(self.token.get_secret_value())


class QuestorSettings(Contas[ContaQuestor], Section):
    """The accounts of Questor Zen."""

    about: ClassVar[str] = (
        "Contas do Questor Zen, para enviar documentos. Chaves soltas são a conta `padrao`; várias contas são tabelas, "
        "`[questor.contas.matriz]`, no ambiente `ESTEIRA_QUESTOR__CONTAS__MATRIZ__TOKEN`. O fornecedor não publica as "
        "suas mensagens: confirme-as com os primeiros documentos. O que nenhum padrão conhece é recusado, com o texto."
    )

    def methods_of(self, conta: str) -> dict[str, str]:
        """Return what sends each kind of document in an account, the usual ones where there is no such account."""
        return self.contas[conta].methods if conta in self.contas else DEFAULT_METHODS


@lru_cache(maxsize=64)
def _prefix(token: str) -> str:
    return f"/api/v1/{quote(token, safe='')}/"
