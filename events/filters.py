"""Which events a destination wants, and when: least severity, labels, conditions on any field, quiet hours."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from core.errors import UsageError
from core.wall_clock import hours, is_daily
from events.conditions import grammar
from events.conditions.judging import Whole, passes

SEVERITIES = ("aviso", "critico")
MOST_SEVERE = SEVERITIES[-1]


@dataclass(frozen=True)
class Filters:
    """A destination's filters as its row has them; none lets everything pass at once."""

    severidade_minima: str | None = None
    rotulos: str | None = None
    silencio: str | None = None
    filtro: str | None = None

    def accept(self, dados: Mapping[str, Any], whole: Whole) -> bool:
        """Tell whether an event with this payload is wanted; without a severity it passes that filter."""
        if not self._severe_enough(dados) or not self._labelled(dados):
            return False
        return self.filtro is None or passes(self.filtro, whole)

    def _severe_enough(self, dados: Mapping[str, Any]) -> bool:
        given = dados.get("severidade")
        if self.severidade_minima is None or given not in SEVERITIES:
            return True
        return SEVERITIES.index(given) >= SEVERITIES.index(self.severidade_minima)

    def _labelled(self, dados: Mapping[str, Any]) -> bool:
        wanted = json.loads(self.rotulos) if self.rotulos else {}
        return all(dados.get(name) in values for name, values in wanted.items())

    def due_at(self, dados: Mapping[str, Any], now: datetime, zone: ZoneInfo) -> datetime:
        """Return when it may leave: now, or at the end of the quiet hours; a critical event never waits."""
        if self.silencio is None or never_waits(dados):
            return now
        return quiet_until(self.silencio, now, zone) or now


def never_waits(dados: Mapping[str, Any]) -> bool:
    """Tell whether an event with this payload leaves in quiet hours too."""
    return dados.get("severidade") == MOST_SEVERE


def quiet_until(silencio: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return when the quiet hours end that hold now; None while none do."""
    return hours((silencio,), zone).closes_at(now)


def checked_severity(text: str) -> str:
    """Return a known severity."""
    if text not in SEVERITIES:
        raise UsageError(f"Severidade desconhecida: {text[:40]!r}. Use {' ou '.join(SEVERITIES)}.", campo="severidade")
    return text


def checked_hours(text: str) -> str:
    """Return quiet hours such as 22:00-07:00."""
    if not is_daily(text):
        raise UsageError(f"Horário de silêncio inválido: {text[:40]!r}. Use a forma 22:00-07:00.", campo="silencio")
    return text


def checked_labels(given: list[str]) -> str | None:
    """Return labels given as `loja=loja-1` as they are stored; several values of one label are alternatives."""
    wanted: dict[str, list[str]] = {}
    for pair in given:
        name, separator, value = pair.partition("=")
        if not separator or not name.strip() or not value.strip():
            raise UsageError(f"Rótulo inválido: {pair[:100]!r}. Use a forma loja=loja-1.", campo="rotulo")
        wanted.setdefault(name.strip(), []).append(value.strip())
    return json.dumps(wanted, ensure_ascii=False, sort_keys=True) if wanted else None


def columns(
    severidade: str | None, rotulos: Sequence[str], silencio: str | None, filtro: str | Mapping[str, Any] | None = None
) -> dict[str, str | None]:
    """Return the columns of what a person says of the filters; nothing said is no filter."""
    return {
        "severidade_minima": checked_severity(severidade) if severidade else None,
        "rotulos": checked_labels(list(rotulos)),
        "silencio": checked_hours(silencio) if silencio else None,
        "filtro": grammar.checked(filtro) if filtro else None,
    }
