"""One run of a flow under way: what it works with, how long, and what it keeps in memory."""

import time
from dataclasses import dataclass, field
from typing import Any

from core.clock import Clock
from core.stopping import stopping
from flows.sync import standing
from flows.sync.flow import Flow
from flows.sync.results import Report
from flows.sync.sides import Sides
from flows.sync.standing import Held

# An item that begins as the time ends may still make a few calls, each as long as a connector lets it be.
UNDER_WAY = 660.0


@dataclass
class Run:
    """One run. `held` is its lock (none in a dry run), `rows` what was read and is still to be sent."""

    sides: Sides
    flow: Flow
    report: Report
    token: str
    held: Held | None
    rows: dict[str, Any] = field(default_factory=dict)
    lost: bool = False

    def __post_init__(self) -> None:
        self.sides.run = self.token.rpartition("|")[2]
        self.sides.begin = self.held.continua if self.held else ""
        self.begin()

    def begin(self) -> None:
        """Give what begins now the whole time of a run."""
        self.ends = time.monotonic() + self.sides.conta.seconds

    @property
    def nome(self) -> str:
        """The flow's name."""
        return self.flow.nome

    @property
    def clock(self) -> Clock:
        """The clock of the run."""
        return self.sides.clock

    @property
    def lease(self) -> float:
        """How long an item is held: until all that begins in this run has surely ended."""
        return self.sides.conta.seconds + UNDER_WAY

    def over(self) -> bool:
        """Tell whether nothing may begin any more."""
        return stopping() or self.lost or time.monotonic() >= self.ends

    def keep(self) -> None:
        """Renew the lock; a run that lost it ends."""
        if self.held is not None and not standing.renew(self.held, self.token, self.clock.now(), self.lease):
            self.lost = True
