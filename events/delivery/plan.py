"""What the loop asks of one database turn, what the turn returns, and the result of one request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from claims.bucket import Bucket
from events.delivery.health import End
from events.delivery.kind import Made
from events.delivery.outcome import Outcome
from events.delivery.rows import AT_ONCE, Destination, Owed
from storage.models.eventos import Estado


@dataclass(frozen=True)
class Done:
    """An attempt that was made, and when the next one is due, if any.

    Without `made` nothing was tried: a fault of our own, and the row only waits a little.
    """

    owed: Owed
    made: Made | None
    estado: Estado
    due_at: datetime

    @property
    def outcome(self) -> Outcome | None:
        """The result of the request."""
        return self.made.outcome if self.made else None

    @property
    def requested(self) -> bool:
        """Whether a request was made."""
        return self.made is not None and self.made.outcome.requested

    @property
    def delivered(self) -> bool:
        """Whether the destination has the event."""
        return self.made is not None and self.made.outcome.delivered

    @property
    def end(self) -> End:
        """What it says of the destination's health."""
        given_up = self.estado is Estado.ESGOTADO
        return End(self.delivered, not self.delivered and (self.owed.tentativas == 0 or given_up))


@dataclass(frozen=True)
class Held:
    """A destination whose slot this run holds, as the next turn has to know it.

    `quota`: so many more rows it could use (0: none). `idle`: nothing of it is under way or waits, so that it is let
    go of unless more is found. `free_at`: nothing can be sent before then.
    """

    destination: Destination
    buckets: tuple[Bucket, ...]
    probing: bool = False
    quota: int = 0
    idle: bool = False
    free_at: datetime | None = None

    def due_at(self, now: datetime) -> datetime:
        """Return when its slot may be taken again once it is let go of."""
        return self.free_at if self.free_at is not None and self.free_at > now else AT_ONCE


@dataclass(frozen=True)
class Plan:
    """One turn: outcomes to write, rows to give back, destinations to look at.

    `hints` are destinations that may have become due (none: look at all); at most `slots` of them are taken, and at
    most `rows` rows.
    """

    done: Sequence[Done] = ()
    unsent: Sequence[Owed] = ()
    held: Mapping[int, Held] = field(default_factory=dict)
    hints: frozenset[int] | None = frozenset()
    slots: int = 0
    rows: int = 0
    last: bool = False

    @property
    def alone(self) -> int | None:
        """The one destination it looks at, if it does nothing else."""
        if self.last or self.done or self.unsent or self.held or not self.hints or len(self.hints) > 1:
            return None
        return next(iter(self.hints)) if self.slots > 0 and self.rows > 0 else None


@dataclass
class Taken:
    """The result of a turn, by destination.

    `owed`: rows that were claimed. `more`: those that may have more due. `freed` and `lost`: slots that are not held
    any more. `stopped`: to whom no further request may go. `free_at`: when those that lack a token may go on. `full`:
    more destinations waited than could be taken.
    """

    new: list[Held] = field(default_factory=list)
    owed: dict[int, list[Owed]] = field(default_factory=dict)
    more: set[int] = field(default_factory=set)
    freed: set[int] = field(default_factory=set)
    lost: set[int] = field(default_factory=set)
    stopped: set[int] = field(default_factory=set)
    free_at: dict[int, datetime] = field(default_factory=dict)
    full: bool = False
