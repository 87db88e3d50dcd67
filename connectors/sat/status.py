"""Read the answer of ConsultarStatusOperacional tolerantly: one odd field must not blind the watch (ER SAT 6.1.7)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from core.errors import Misconfigured, PlatformError, Rejected, Transient
from core.text import made_storable, plural

FUNCAO, SUCCESS, FAMILY = "ConsultarStatusOperacional", "10000", "10"
STANDARD_FIELDS, STATUS_FIELDS = 5, 28
ESTADOS = {
    0: "Desbloqueado",
    1: "Bloqueado pela SEFAZ",
    2: "Bloqueado pelo contribuinte",
    3: "Bloqueado autonomamente",
    4: "Bloqueado para desativação",
}


class InvalidAnswer(Transient):
    """A resposta do equipamento não pôde ser entendida."""


class Busy(Transient):
    """O equipamento está ocupado; uma venda tem prioridade."""


class SessionRefused(Transient):
    """O equipamento recusou o número da sessão."""


def _number(value: str) -> int | None:
    text = value.strip()
    return int(text) if len(text) < 10 and text.isascii() and text.isdigit() else None


@lru_cache(maxsize=4096)
def _ip(value: str) -> str:
    parts = value.strip().split(".")
    plain = len(parts) == 4 and all(re.fullmatch(r"[0-9]{1,3}", part) for part in parts)
    return ".".join(str(int(part)) for part in parts) if plain else value.strip()


def _instant(value: str) -> datetime | None:
    """Return the box's wall clock; it has no zone, so the result is naive."""
    text = value.strip()
    if len(text) != 14 or not (text.isascii() and text.isdigit()):
        return None
    day, clock = text[:8], text[8:]
    try:
        return datetime.fromisoformat(f"{day}T{clock}")
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def _day(value: str) -> date | None:
    text = value.strip()
    if len(text) != 8 or not (text.isascii() and text.isdigit()):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


_text = str.strip

FIELDS: tuple[tuple[str, Callable[[str], Any]], ...] = (
    ("numeroSessao", _number),
    ("EEEEE", _text),
    ("mensagem", _text),
    ("cod", _text),
    ("mensagemSEFAZ", _text),
    ("NSERIE", _text),
    ("TIPO_LAN", _text),
    ("LAN_IP", _ip),
    ("LAN_MAC", _text),
    ("LAN_MASK", _ip),
    ("LAN_GW", _ip),
    ("LAN_DNS_1", _ip),
    ("LAN_DNS_2", _ip),
    ("STATUS_LAN", _text),
    ("NIVEL_BATERIA", _text),
    ("MT_TOTAL", _text),
    ("MT_USADA", _text),
    ("DH_ATUAL", _instant),
    ("VER_SB", _text),
    ("VER_LAYOUT", _text),
    ("ULTIMO_CF_E_SAT", _text),
    ("LISTA_INICIAL", _text),
    ("LISTA_FINAL", _text),
    ("DH_CFE", _instant),
    ("DH_ULTIMA", _instant),
    ("CERT_EMISSAO", _day),
    ("CERT_VENCIMENTO", _day),
    ("ESTADO_OPERACAO", _number),
)


@dataclass(frozen=True)
class Atributos:
    """Where an answer came from: the function and the raw line."""

    funcao: str
    verbatim: str


class StatusOperacional:
    """A successful answer, with the attribute names and types of satcfe; what could not be read is None."""

    numeroSessao: int | None  # noqa: N815 - the name of the ER
    EEEEE: str
    mensagem: str
    cod: str
    mensagemSEFAZ: str  # noqa: N815 - the name of the ER
    NSERIE: str
    STATUS_LAN: str
    NIVEL_BATERIA: str
    MT_TOTAL: str
    MT_USADA: str
    DH_ATUAL: datetime | None
    ULTIMO_CF_E_SAT: str
    LISTA_INICIAL: str
    LISTA_FINAL: str
    DH_CFE: datetime | None
    DH_ULTIMA: datetime | None
    CERT_EMISSAO: date | None
    CERT_VENCIMENTO: date | None
    ESTADO_OPERACAO: int | None

    def __init__(self, verbatim: str, values: list[str]) -> None:
        self.atributos = Atributos(FUNCAO, verbatim)
        self.__dict__.update((name, read(value)) for (name, read), value in zip(FIELDS, values, strict=True))

    @property
    def status(self) -> str:
        """The label of ESTADO_OPERACAO."""
        return ESTADOS.get(self.ESTADO_OPERACAO, f"(desconhecido: {self.ESTADO_OPERACAO})")  # type: ignore[arg-type]


WRONG_CODE = "código de ativação recusado; a caixa fica parada, porque códigos errados a bloqueiam"
BUSY = "equipamento ocupado, uma venda tem prioridade"
UNKNOWN = "erro desconhecido do equipamento"
# Return codes (the first two digits are the function asked), and what the caller has to do.
REFUSALS: dict[str, tuple[type[PlatformError], str]] = {
    "10001": (Misconfigured, WRONG_CODE),
    "10098": (Busy, BUSY),
    "10099": (Transient, UNKNOWN),
    "15001": (Misconfigured, WRONG_CODE),
    "15002": (Busy, "uma transferência de logs já está em andamento"),
    "15097": (SessionRefused, "número de sessão recusado"),
    "15098": (Busy, BUSY),
    "15099": (Transient, UNKNOWN),
}


def code_of(line: str) -> str:
    """Return the five-digit code of a wire line, empty when it has none."""
    return _code(line.strip("\r\n").split("|"))


def _code(values: list[str]) -> str:
    code = values[1].strip() if len(values) >= STANDARD_FIELDS else ""
    return code if len(code) == 5 and code.isascii() and code.isdigit() else ""


def parse(line: str, sessao: int | None = None) -> StatusOperacional:
    """Read one wire line; `sessao` is the session number sent, where the caller knows it.

    Raises `InvalidAnswer` for a line that is no answer to this question, and what `REFUSALS` says (else `Rejected`)
    for a refusal of the box.
    """
    line = made_storable(line)
    values = line.strip("\r\n").split("|")
    check_head(values, FAMILY, SUCCESS, sessao)
    if len(values) == STATUS_FIELDS + 1 and not values[-1].strip():
        values.pop()
    if len(values) != STATUS_FIELDS:
        raise InvalidAnswer(
            f"A resposta do equipamento tem {plural(len(values), 'campo', 'campos')} em vez de {STATUS_FIELDS}."
        )
    return StatusOperacional(line, values)


def check_head(values: list[str], family: str, success: str, sessao: int | None) -> None:
    """Raise `InvalidAnswer` unless the standard fields answer this question, a refusal unless they tell success."""
    code = _code(values)
    if not code:
        raise InvalidAnswer
    if not code.startswith(family):
        raise InvalidAnswer(f"O equipamento respondeu a outra função (código {code}).")
    if sessao is not None and _number(values[0]) != sessao:
        raise InvalidAnswer("O equipamento respondeu a outra sessão.")
    if code != success:
        raise refusal(code, values[2].strip())


def refusal(code: str, said: str) -> PlatformError:
    """Return the fault of a refusal."""
    kind, reason = REFUSALS.get(code, (Rejected, said[:200] or "sem mensagem"))
    return kind(f"O equipamento recusou a consulta ({code}): {reason}.")
