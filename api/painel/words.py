"""How the page writes numbers, instants and what others named: short, in Portuguese, and never more than fits."""

from datetime import datetime
from decimal import Decimal

from core.capped import Capped
from core.clock import SYSTEM
from core.settings.core import CoreSettings
from core.text import brazilian, plural

NOTHING = "–"
LONGEST = 120
MINUTE, HOUR, DAY = 60, 3600, 86_400


def numero(value: float | Capped | None) -> str:
    """Return a number as people read it: 1.234; of one that is counted only so far, that it is more."""
    if value is None:
        return NOTHING
    if isinstance(value, Capped):
        return f"mais de {numero(value.total)}" if value.more else numero(value.total)
    whole = f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"
    return whole.translate(str.maketrans(",.", ".,"))


def duracao(milliseconds: float | None) -> str:
    """Return how long something took: 87 ms, 1,2 s."""
    if milliseconds is None:
        return NOTHING
    return f"{numero(round(milliseconds))} ms" if milliseconds < 1000 else f"{numero(round(milliseconds / 1000, 1))} s"


def idade(since: datetime | None, now: datetime | None = None) -> str:
    """Return how long ago something was, in one unit, so that it does not change with each look: há 3 min."""
    if since is None:
        return "nunca"
    seconds = ((now or SYSTEM.now()) - since).total_seconds()
    return f"há {_amount(seconds)}" if seconds >= MINUTE else "agora há pouco"


def falta(until: datetime | None, now: datetime | None = None) -> str:
    """Return how long something still takes, in one unit: em 3 min."""
    if until is None:
        return NOTHING
    seconds = (until - (now or SYSTEM.now())).total_seconds()
    return f"em {_amount(seconds)}" if seconds >= MINUTE else "em instantes"


def reais(value: Decimal | None) -> str:
    """Return an amount of money: 1.234,56."""
    return NOTHING if value is None else brazilian(value)


def instante(at: datetime | None) -> str:
    """Return an instant by the clock of the installation: 23/11/2026 14:05:09."""
    return NOTHING if at is None else f"{at.astimezone(CoreSettings.current().zone):%d/%m/%Y %H:%M:%S}"


def curto(text: object, longest: int = LONGEST) -> str:
    """Return what somebody named, on one line and no longer than fits; what cannot be seen is left out."""
    said = "".join(one if one.isprintable() else " " for one in str(text)[: longest * 4])
    said = " ".join(said.split())
    return said if len(said) <= longest else said[: longest - 1] + "…"


def _amount(seconds: float) -> str:
    if seconds < HOUR:
        return f"{seconds // MINUTE:.0f} min"
    return f"{seconds // HOUR:.0f} h" if seconds < DAY else plural(int(seconds // DAY), "dia", "dias")
