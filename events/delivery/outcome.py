"""What follows an attempt, for every kind of destination.

docs/reference/contracts/webhooks_delivery.md §2.
"""

from dataclasses import dataclass, field

from storage.models.eventos import Estado

OVERLOAD_SECONDS = 60.0


@dataclass(frozen=True)
class Outcome:
    """What follows an attempt.

    `estado` is where the row goes (pendente: again on schedule); `minimum` the least wait in seconds; `slow` moves the
    destination to the slow queue. `switch_off` stops the destination and keeps its events; `empties` says that the
    other side has had enough, so the destination's buckets are empty (for `empty_seconds` at least): neither lets
    another request of the run start.
    `untried` says that the other side was not asked, or not for this delivery: it costs no attempt, and the row waits
    `minimum` seconds.
    `credential` says that the credential itself is refused: what switches one destination off does so to all with it.
    """

    name: str
    estado: Estado = Estado.PENDENTE
    text: str = ""
    minimum: float = 0.0
    slow: bool = False
    switch_off: bool = False
    empties: bool = False
    empty_seconds: float = 0.0
    credential: bool = False
    untried: bool = False
    retry_after: float | None = field(default=None, compare=False)

    @property
    def delivered(self) -> bool:
        """Tell whether the destination has the event."""
        return self.estado is Estado.ENTREGUE

    @property
    def requested(self) -> bool:
        """Tell whether a request was made at all."""
        return self.estado is not Estado.BLOQUEADO and not self.untried


DELIVERED = Outcome("entregue", Estado.ENTREGUE)
# So many waited for their turn that it did not come in time: the other side was not asked.
NO_TURN = Outcome("adiado", minimum=2.0, untried=True)
# This machine had nothing left to ask it with.
NO_MEANS = Outcome("sem recursos nesta máquina", minimum=5.0, untried=True)
