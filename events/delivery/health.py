"""Is a destination well? A pure judgement over its outcomes, in order.

docs/reference/contracts/webhooks_delivery.md §3.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

WARN_AFTER = timedelta(hours=24)
WARN_FAILURES = 5
# Counted from the first failure, so the last one is also more than the 12 hours apart that the rule asks for.
OFF_AFTER = timedelta(days=5)
OPEN_AFTER = 10
FIRST_PROBE_SECONDS = 30
LONGEST_PROBE_SECONDS = 15 * 60


class Change(Enum):
    """What a destination's owner or the operator has to hear of."""

    FALHANDO = "falhando"
    DESLIGADO = "desligado"
    RECUPERADO = "recuperado"


@dataclass(frozen=True)
class End:
    """How one attempt ended: `novo` is a first attempt that failed, or a row that is given up."""

    delivered: bool
    novo: bool


@dataclass(frozen=True)
class Health:
    """The counters of a destination, as its row has them."""

    falhas_seguidas: int = 0
    falhas_novas: int = 0
    falhando_desde: datetime | None = None
    avisado_em: datetime | None = None
    circuito_espera: int = 0

    @property
    def open(self) -> bool:
        """Whether the circuit is open: only a probe may go out, when its time has come."""
        return self.circuito_espera > 0

    def after(self, ends: Collection[End], now: datetime, *, probing: bool) -> tuple["Health", list[Change]]:
        """Return the health after these outcomes and the changes to tell; `probing` says that this was a probe.

        Where nothing was tried nothing is judged, however long ago the last failure was.
        """
        health, changes = self, list[Change]()
        if not ends:
            return health, changes
        for one in ends:
            if one.delivered:
                changes += [Change.RECUPERADO] if health.avisado_em else []
                health = Health()
            else:
                health = replace(
                    health,
                    falhas_seguidas=health.falhas_seguidas + 1,
                    falhas_novas=health.falhas_novas + one.novo,
                    falhando_desde=health.falhando_desde or now,
                )
        return health._circuit(probing and self.open)._judged(now, changes)

    def _circuit(self, probed: bool) -> "Health":
        if self.falhas_seguidas < OPEN_AFTER:
            return replace(self, circuito_espera=0)
        if not self.open:
            return replace(self, circuito_espera=FIRST_PROBE_SECONDS)
        return replace(self, circuito_espera=min(self.circuito_espera * 2, LONGEST_PROBE_SECONDS)) if probed else self

    def _judged(self, now: datetime, changes: list[Change]) -> tuple["Health", list[Change]]:
        if self.falhando_desde is None:
            return self, changes
        failing = now - self.falhando_desde
        if failing >= OFF_AFTER:
            return self, [*changes, Change.DESLIGADO]
        if failing >= WARN_AFTER and self.falhas_novas >= WARN_FAILURES and self.avisado_em is None:
            return replace(self, avisado_em=now), [*changes, Change.FALHANDO]
        return self, changes
