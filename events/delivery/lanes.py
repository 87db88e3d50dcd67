"""One destination as a run serves it: what waits for it, what is under way, how many at once it is trusted with."""

import time
from collections import deque
from dataclasses import dataclass, field, replace

from claims.limit import Limit
from events.delivery.health import OPEN_AFTER
from events.delivery.kind import Kind, kinds
from events.delivery.plan import Done, Held
from events.delivery.rows import Destination, Owed

# So many times what may be in flight are claimed, so that nobody waits for the database in between; twice as many each
# time a destination had to wait all the same.
AHEAD, MOST_AHEAD = 3, 12
FIRST_AT_ONCE = 2
# After so long a destination is taken anew, as it is then; after so many rows too, if others wait for its place.
LONGEST_SECONDS, LONGEST_ROWS = 5.0, 500


def trusted(one: Destination) -> bool:
    """Tell whether a destination answered well the last time: then it gets all it may have at once."""
    return one.ultima_execucao is not None and not (one.falhas_seguidas or one.lento or one.circuito_espera)


def most_at_once(one: Destination, most: int) -> int:
    """Return how many requests a destination may have in flight where the settings allow `most`."""
    return min(most, kinds()[one.tipo].at_once or most)


def first_limit(one: Destination, most: int) -> int:
    """Return how many requests a destination may have in flight at first."""
    allowed = most_at_once(one, most)
    return allowed if trusted(one) else min(FIRST_AT_ONCE, allowed)


@dataclass(eq=False)
class Trial:
    """A credential in one run: until something was delivered with it, one request at a time goes out.

    An answer that may come from before the login, as a 500 or a 429, says nothing of the credential.
    """

    flying: int = 0
    accepted: bool = False


@dataclass(eq=False)
class Lane:
    """A destination whose slot this run holds; `most` requests may be in flight.

    `unsettled`: ends that are not written yet. `more`: there may be more due rows. `behind`: the last claim found all
    it asked for. `hinted`: a hint came since it was looked at. `stopped`: no further request of this run. `pressed`:
    others wait for a place. `yields`: another process may have it. `presses`: an end is to be written soon.
    `offered`: it stands in line for a request.
    """

    held: Held
    most: int
    waiting: deque[Owed] = field(default_factory=deque)
    flying: int = 0
    unsettled: int = 0
    claimed: int = 0
    more: bool = False
    behind: bool = False
    hinted: bool = False
    stopped: bool = False
    pressed: bool = False
    yields: bool = False
    presses: bool = False
    offered: bool = False
    trial: Trial = field(default_factory=Trial)

    def __post_init__(self) -> None:
        one = self.destination
        self.kind: Kind = kinds()[one.tipo]
        self.most = most_at_once(one, self.most)
        self.suspect = not trusted(one)
        self.probing = self.held.probing
        self._limit = Limit(float(first_limit(one, self.most)))
        self._ahead = AHEAD
        self._in_a_row = one.falhas_seguidas
        self._ends = time.monotonic() + LONGEST_SECONDS

    @property
    def destination(self) -> Destination:
        """Whose it is."""
        return self.held.destination

    @property
    def ready(self) -> bool:
        """Whether a request may begin."""
        return bool(self.waiting) and not self.stopped and self.flying < self._allowed

    @property
    def _allowed(self) -> int:
        if self.kind.one_first and not self.trial.accepted:
            return int(not self.trial.flying)
        return 1 if self.probing else int(self._limit.value)

    @property
    def quota(self) -> int:
        """How many more rows it could use now."""
        if not self.more or self.stopped or self.tired:
            return 0
        if self.destination.ordem_estrita or self.probing:
            return int(not self.flying and not self.waiting)
        return max(self._ahead * int(self._limit.value) - self.flying - len(self.waiting), 0)

    @property
    def hungry(self) -> bool:
        """Whether so little waits that it should take more now; others then do so with it."""
        return 0 < self.quota >= len(self.waiting)

    @property
    def empty(self) -> bool:
        """Whether nothing of it waits or is under way."""
        return not self.flying and not self.waiting

    @property
    def urgent(self) -> bool:
        """Whether it has an end that is to be written at once."""
        return self.unsettled > 0 and self.kind.repeats_cost

    @property
    def tired(self) -> bool:
        """Whether it had its share."""
        had_its_share = self.pressed and self.claimed >= LONGEST_ROWS
        return self.yields or had_its_share or time.monotonic() >= self._ends

    def seen_by(self, written: int, *, asks: bool, anyway: bool) -> Held | None:
        """Return it as a turn has to know it that writes so many of its ends, and claims if it `asks`.

        None if it neither could use a row nor is to be let go of, unless it is wanted `anyway`.
        """
        quota, idle = self.quota if asks else 0, self.empty and self.unsettled == written
        return replace(self.held, quota=quota, idle=idle) if quota or idle or anyway else None

    def add(self, rows: list[Owed]) -> None:
        """Let rows wait for their turn."""
        if self.claimed and not self.waiting:
            self._ahead = min(self._ahead * 2, MOST_AHEAD)
        self.waiting.extend(rows)
        self.claimed += len(rows)

    def began(self) -> None:
        """Note a request."""
        self.flying += 1
        self.trial.flying += 1

    def cancelled(self) -> None:
        """Note that a request did not come to its end."""
        self.flying -= 1
        self.trial.flying -= 1

    def ended(self, done: Done) -> None:
        """Start no further request once an answer forbids it, or the failures in a row open the circuit."""
        self.cancelled()
        self.unsettled += 1
        self.presses |= not done.delivered or self.held.probing or self.destination.ordem_estrita or self.urgent
        made = done.made
        if made is None:
            self.stopped = True
            return
        if done.requested:
            self._in_a_row = 0 if done.delivered else self._in_a_row + 1
        if done.delivered:
            self.probing = self.suspect = False
            self.trial.accepted = True
            self._limit = self._limit.grown(float(self.most))
        elif made.outcome.slow:
            self._limit = self._limit.overloaded(made.started_at, made.started_at)
        forbids = made.outcome.switch_off or (made.outcome.empties and bool(self.held.buckets))
        self.stopped |= forbids or self._in_a_row >= OPEN_AFTER

    def settled(self) -> None:
        """Note that an end is written; what comes after a probe is none."""
        self.unsettled -= 1
        self.presses &= self.unsettled > 0
        if self.held.probing:
            self.held = replace(self.held, probing=False)
