"""What a flow has its pump do."""

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Generic, Protocol, TypeVar

Item = TypeVar("Item")
Done = TypeVar("Done")
Plan = TypeVar("Plan")
Taken = TypeVar("Taken")
DoneCo = TypeVar("DoneCo", covariant=True)


class Work(Protocol[Item, Done, Plan, Taken]):
    """All but `turn` and `give_back` run on the event loop and must not block.

    `turn` and `give_back` run on the database thread, one at a time; what they share with the rest goes through the
    plan and what was taken.
    """

    def wants(self) -> bool:
        """Tell whether there is reason to claim now: room, and a chance that something is due."""
        ...

    def presses(self) -> bool:
        """Tell whether something waits for what has ended, so that the next claim writes it, however young it is."""
        ...

    def plan(self, done: Sequence[Done], *, more: bool) -> Plan:
        """Return what the next turn has to do: write these outcomes, and claim if `more`."""
        ...

    def turn(self, plan: Plan) -> Taken:
        """Write and claim in one short transaction; a turn that raised `Transient` comes again."""
        ...

    def took(self, taken: Taken) -> None:
        """Note the result of a turn."""
        ...

    def next(self) -> Item | None:
        """Return an item that may begin now, if there is one; it is asked again whenever something changed."""
        ...

    async def do(self, item: Item) -> Done:
        """Do it and return what came of it, good or bad; only a bug raises."""
        ...

    def ended(self, item: Item, done: Done) -> None:
        """Note an end at once, before it is written."""
        ...

    def failed(self, item: Item, fault: BaseException) -> Done | None:
        """Return the outcome of an item in which a bug was raised; None gives it back as it was."""
        ...

    def unwritten(self, done: Done, fault: BaseException) -> None:
        """Note an outcome that a bug keeps from being written; its row waits for the end of its lease."""
        ...

    def alarm(self) -> float:
        """Return the seconds after which it wants to be asked again by itself."""
        ...

    def over(self) -> bool:
        """Tell whether no item may begin any more."""
        ...

    def left(self) -> Sequence[Item]:
        """Return, once, the items that were taken and have not begun."""
        ...

    def give_back(self, items: Sequence[Item]) -> None:
        """Give back these items and everything else that is held."""
        ...


@dataclass(frozen=True)
class Turn(Generic[Done]):
    """A plain turn: outcomes to write, and how many items to claim."""

    done: Sequence[Done]
    room: int


class Plain(Generic[Item, Done]):
    """Work whose items begin in the order in which they were taken, at most `at_once` of them taken at a time.

    A flow inherits it and adds `turn`, `do` and `give_back`. It claims while a claim finds all it asked for, and again
    `look` seconds after one that did not.
    """

    def __init__(self, at_once: int, look: float = inf) -> None:
        self.at_once, self.look = at_once, look
        self.taken = 0
        self.waiting: deque[Item] = deque()
        self._asked_for = 0
        self._next_look = 0.0

    def wants(self) -> bool:
        """Tell whether there is room, and the last claim found all it asked for, or is long ago."""
        return self.taken < self.at_once and time.monotonic() >= self._next_look

    def presses(self) -> bool:
        """Let every claim write what has ended."""
        return True

    def plan(self, done: Sequence[Done], *, more: bool) -> Turn[Done]:
        """Return the outcomes, and the room there is."""
        self._asked_for = self.at_once - self.taken if more else 0
        return Turn(tuple(done), self._asked_for)

    def took(self, items: Sequence[Item]) -> None:
        """Let these wait for their turn."""
        if len(items) < self._asked_for:
            self._next_look = time.monotonic() + self.look
        self.waiting.extend(items)
        self.taken += len(items)

    def next(self) -> Item | None:
        """Return the one that waited longest."""
        return self.waiting.popleft() if self.waiting else None

    def ended(self, item: Item, done: Done) -> None:
        """Make room for another."""
        self.taken -= 1

    def failed(self, item: Item, fault: BaseException) -> Done | None:
        """Give it back."""
        self.taken -= 1
        return None

    def unwritten(self, done: Done, fault: BaseException) -> None:
        """Leave it to the end of its lease."""

    def alarm(self) -> float:
        """Return the seconds until the next look."""
        return max(self._next_look - time.monotonic(), 0.0) if self.taken < self.at_once else inf

    def over(self) -> bool:
        """Go on until nothing is left."""
        return False

    def left(self) -> Sequence[Item]:
        """Return those that wait."""
        left = list(self.waiting)
        self.waiting.clear()
        return left
