"""The section `[questor]`: one account of Questor Zen, its address, its manners, how its messages are read."""

import json
import re
from functools import lru_cache
from importlib.metadata import version
from typing import Annotated, Any
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator

from core.janela import SEMPRE, Janelas
from core.settings_base import Seconds, Section

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


def _decoded(given: Any) -> Any:
    """Read the JSON of a variable: the flat keys of an account reach us as text."""
    if not isinstance(given, str):
        return given
    try:
        return json.loads(given)
    except ValueError:
        return given


def _window(given: Any) -> Any:
    decoded = _decoded(given)
    return (decoded,) if decoded == SEMPRE else decoded


def _not_empty(window: tuple[str, ...]) -> tuple[str, ...]:
    if not window or not all(entry.strip() for entry in window):
        raise ValueError('deve ter ao menos um período, ou ser "sempre"')
    Janelas(window, ZoneInfo("America/Sao_Paulo"))
    return window


def _methods(given: Any) -> Any:
    decoded = _decoded(given)
    return DEFAULT_METHODS | decoded if isinstance(decoded, dict) else decoded


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


def _base_url(address: str) -> str:
    reason = "deve ter só esquema, host e porta, como https://servidor:8443"
    try:
        parts = urlsplit(address)
        port, host = parts.port, parts.hostname
    except ValueError:
        raise ValueError(reason) from None
    bare = parts.scheme in ("http", "https") and host and re.fullmatch(r"[a-z0-9.:-]+", host)
    if not bare or "@" in parts.netloc or parts.path not in ("", "/") or set("?#\\") & set(address) or port == 0:
        raise ValueError(reason)
    return f"{parts.scheme}://{parts.netloc}"


def _printable(text: str) -> str:
    if not re.fullmatch(r"[ -~]+", text) or text != text.strip():
        raise ValueError("deve ter só caracteres ASCII visíveis")
    return text


Patterns = Annotated[tuple[str, ...], AfterValidator(_patterns)]


class QuestorMessages(Section):
    """Regular expressions, searched without regard to case, for what a refusal says. The texts are not published."""

    already_imported: Patterns = (r"^(?!.*\bn[ãa]o\b).*\bj[áa] (?:foi |est[áa] )?importad[oa]\b",)
    client_missing: Patterns = (r"\b(?:cliente|empresa)\b.{0,60}\bn[ãa]o (?:est[áa] |foi )?(?:cadastrad|encontrad)",)
    invalid_xml: Patterns = (r"\bxml\b.{0,60}\b(?:inv[áa]lid|mal ?formad)",)


class ContaQuestor(Section):
    """One account: an office and the access key of one of its users."""

    office: Annotated[str, AfterValidator(_office)] | None = None
    token: Annotated[SecretStr, AfterValidator(_token)]
    base_url: Annotated[str, AfterValidator(_base_url)] = ""
    methods: Annotated[dict[str, str], BeforeValidator(_methods), AfterValidator(_known_methods)] = DEFAULT_METHODS
    window: Annotated[tuple[str, ...], BeforeValidator(_window), AfterValidator(_not_empty)] = DEFAULT_WINDOW
    max_concurrency: Annotated[int, Field(ge=1, le=256)] = 16
    max_batch_items: Annotated[int, Field(ge=1, le=1000)] = 50
    max_batch_bytes: Annotated[int, Field(ge=10_000, le=20_000_000)] = 900_000
    connect_timeout: Seconds = 10
    total_timeout: Annotated[float, Field(ge=1, le=600)] = 120
    user_agent: Annotated[str, AfterValidator(_printable)] = f"Esteira/{version('esteira')}"
    agreed_with_vendor: str | None = None
    messages: Annotated[QuestorMessages, BeforeValidator(_decoded)] = QuestorMessages()

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

    def hide(self, text: str) -> str:
        """Replace the token in a text by `***`, as it is and as it stands in an address."""
        return _token_in_any_form(self.token.get_secret_value()).sub("***", text) if text else text


@lru_cache(maxsize=64)
def _prefix(token: str) -> str:
    return f"/api/v1/{quote(token, safe='')}/"


@lru_cache(maxsize=64)
def _token_in_any_form(token: str) -> re.Pattern[str]:
    forms = {re.escape(token), re.escape(quote(token, safe=""))}
    return re.compile("|".join(sorted(forms, key=len, reverse=True)), re.IGNORECASE)
