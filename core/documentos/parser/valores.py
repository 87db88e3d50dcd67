"""Texts of a document as values; None for what is no value of its kind."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from core.fiscal import normalizar_documento

_DECIMAL = re.compile(r"[+-]?[0-9]{1,40}(?:\.[0-9]{1,40})?", re.ASCII)
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-5][0-9])?)?"
)
_DOCUMENT = re.compile(r"[0-9A-Z]{12}[0-9]{2}|[0-9]{11}")
# What moves a terminal's cursor or ends a line has no place in a field; a database refuses NUL.
_CONTROL = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
# Without an offset, as in layouts before 3.10 and 3.00.
LOCAL = ZoneInfo("America/Sao_Paulo")
_FIRST_YEAR, _LAST_YEAR, _FARTHEST = 1990, 2200, timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class Forma:
    """How many digits an amount has before the point and after it; `usual` is what nearly all of them look like."""

    inteiros: int
    casas: int
    usual: re.Pattern[str]


def _forma(inteiros: int, casas: int) -> Forma:
    return Forma(inteiros, casas, re.compile(rf"[0-9]{{1,{inteiros}}}(?:\.[0-9]{{1,{casas}}})?"))


DINHEIRO, QUANTIDADE, PRECO = _forma(13, 2), _forma(11, 4), _forma(11, 10)


def texto(bruto: str | None, largura: int) -> str | None:
    """Return a text on one line, at most so wide; None without one."""
    if not bruto:
        return None
    limpo = bruto.strip()
    if not limpo.isprintable():
        limpo = _CONTROL.sub(" ", limpo).strip()
    return (limpo if len(limpo) <= largura else limpo[:largura].rstrip()) or None


def decimal(bruto: str, forma: Forma) -> Decimal | None:
    """Return an exact amount of this form; digits beyond it are allowed where they are zeros."""
    limpo = bruto.strip()
    # nearly all of them
    return Decimal(limpo) if forma.usual.fullmatch(limpo) else _unusual(limpo, forma)


def _unusual(limpo: str, forma: Forma) -> Decimal | None:
    if len(limpo) > 80 or not _DECIMAL.fullmatch(limpo):
        return None
    found = Decimal(limpo)
    whole, _, part = limpo.lstrip("+-").partition(".")
    if len(whole) > forma.inteiros and len(whole.lstrip("0")) > forma.inteiros:
        return None
    if len(part) <= forma.casas:
        return found
    return None if part[forma.casas :].strip("0") else Decimal(limpo[: forma.casas - len(part)])


def inteiro(bruto: str, maximo: int) -> int | None:
    """Return a number from 0 to `maximo`."""
    limpo = bruto.strip()
    if not (limpo.isascii() and limpo.isdigit() and len(limpo) <= 20):
        return None
    found = int(limpo)
    return found if found <= maximo else None


def instante(bruto: str) -> datetime | None:
    """Return an instant with its offset; without one it is of São Paulo, a date alone is its midnight."""
    if not _INSTANT.fullmatch(bruto):
        return None
    try:
        found = datetime.fromisoformat(bruto)
    except ValueError:
        return None
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        return None
    if found.tzinfo is None:
        return com_offset(found)
    offset = found.utcoffset()
    return found if offset is not None and abs(offset) <= _FARTHEST else None


def com_offset(momento: datetime) -> datetime:
    """Return a local time of São Paulo with its offset then."""
    return datetime.fromisoformat(momento.replace(tzinfo=LOCAL).isoformat())


def documento(bruto: str) -> str | None:
    """Return a CNPJ or CPF in its one form; check digits are not asked for."""
    if _DOCUMENT.fullmatch(bruto):
        return bruto
    found = normalizar_documento(bruto[:40])
    return found if _DOCUMENT.fullmatch(found) else None


def mostrado(bruto: str) -> str:
    """Return the beginning of a text as a sentence shows it."""
    return repr(texto(bruto[:80], 40) or "")
