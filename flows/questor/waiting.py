"""What a sender has in hand and has not begun: in which order it goes, in which company, and who is to blame.

A document that fails alone is a suspect. It is the reason only if another of its kind passes after its failure, and it
fails again, and so on: while the whole server is out nobody passes, and nobody is blamed. So that there is somebody to
pass, the last few of a kind go one by one, after everything else; and from the first request that fails on the rest go
a few at a time, in turns with the suspects.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace

from flows.questor import outcome
from flows.questor.outcome import Item

# So many requests the last documents of a kind are spread over.
WITNESSES = 2 * outcome.MOST_ERRORS
RESERVE = outcome.MOST_ERRORS + 1


@dataclass(frozen=True)
class Group:
    """The documents of one request. `again`: of one that failed; `proven`: others passed since it failed."""

    items: tuple[Item, ...]
    again: bool = False
    proven: bool = False

    @property
    def tipo(self) -> str:
        """The kind they all are of."""
        return self.items[0].tipo

    def tried(self) -> "Group":
        """Return them with one more send that stored nothing."""
        return Group(tuple(outcome.tried(item) for item in self.items), again=True)


@dataclass
class Suspect:
    """A document that failed alone, when, and what was said; `ready`: others passed since."""

    item: Item
    failed_at: float
    http: int | None
    said: str | None
    ready: bool = False


class Waiting:
    """Documents in hand; `most_bytes` is the most that goes into one request."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._fresh: dict[str, deque[Item]] = {}
        self._again: deque[Group] = deque()
        self._suspects: list[Suspect] = []
        self._troubled: set[str] = set()
        self.count = self.bytes = 0

    def __bool__(self) -> bool:
        return bool(self.count or self._again or self._suspects)

    def add(self, items: Iterable[Item]) -> None:
        """Let these wait; one that was blamed before goes alone."""
        for item in items:
            if item.erros:
                self._again.append(Group((item,), again=True))
            else:
                self._fresh.setdefault(item.tipo, deque()).append(item)
                self.count, self.bytes = self.count + 1, self.bytes + item.size

    def retry(self, group: Group) -> None:
        """Let a request go again as it is."""
        self._again.append(group)

    def split(self, group: Group) -> None:
        """Let the first half of a request that failed go again, and the other wait among the rest."""
        self._troubled.add(group.tipo)
        middle = len(group.items) // 2
        self._again.append(replace(group, items=group.items[:middle]))
        for item in reversed(group.items[middle:]):
            self._fresh.setdefault(item.tipo, deque()).appendleft(item)
            self.count, self.bytes = self.count + 1, self.bytes + item.size

    def suspect(self, item: Item, failed_at: float, http: int | None, said: str | None) -> None:
        """Note that a document failed alone."""
        self._suspects.append(Suspect(item, failed_at, http, said))

    def passed(self, tipo: str, began: float) -> list[Suspect]:
        """Note that a request of a kind passed that began then; return the suspects that are the reason for certain."""
        if not self._suspects and not self._troubled:
            return []
        proven = [one for one in self._suspects if one.item.tipo == tipo and not one.ready and one.failed_at <= began]
        for one in proven:
            one.ready, one.item = True, replace(one.item, erros=one.item.erros + 1)
        guilty = [one for one in proven if one.item.erros >= outcome.MOST_ERRORS]
        self._suspects = [one for one in self._suspects if one not in guilty]
        if not any(group.tipo == tipo for group in self._again):
            self._troubled.discard(tipo)
        return guilty

    def take(self, most: int, *, in_flight: int, dry: bool) -> Group | None:
        """Return the next request, of at most so many documents; `dry`: no more will be added.

        A suspect is tried again once others passed, else only when there is nothing else left at all.
        """
        if self._again:
            return self._again.popleft()
        if ready := next((one for one in self._suspects if one.ready), None):
            return self._again_alone(ready, proven=True)
        for tipo, fresh in self._fresh.items():
            if fresh and (group := self._some(tipo, fresh, most, in_flight, dry=dry)):
                return group
        if self._suspects and not in_flight and not self.count:
            return self._again_alone(self._suspects[0], proven=False)
        return None

    def _again_alone(self, one: Suspect, *, proven: bool) -> Group:
        self._suspects.remove(one)
        return Group((one.item,), again=True, proven=proven)

    def _some(self, tipo: str, fresh: deque[Item], most: int, in_flight: int, *, dry: bool) -> Group | None:
        if dry and len(fresh) <= RESERVE:
            return None if in_flight or self._again else self._gathered(fresh, 1)
        if dry:
            most = min(most, len(fresh) - RESERVE)
        if dry and (tipo in self._troubled or any(one.item.tipo == tipo for one in self._suspects)):
            if in_flight:
                return None
            most = min(most, max(len(fresh) // WITNESSES, 1))
        return self._gathered(fresh, most)

    def _gathered(self, fresh: deque[Item], most: int) -> Group:
        items, size = [fresh.popleft()], 0
        size = items[0].size
        again = bool(items[0].tentativas)
        while fresh and len(items) < most and size + fresh[0].size <= self._most_bytes:
            items.append(fresh.popleft())
            size += items[-1].size
        self.count, self.bytes = self.count - len(items), self.bytes - size
        return Group(tuple(items), again=again)

    def take_all(self) -> list[Item]:
        """Return everything that is left, and keep nothing."""
        left = [item for fresh in self._fresh.values() for item in fresh]
        left += [item for group in self._again for item in group.items]
        left += [one.item for one in self._suspects]
        self._fresh, self._again, self._suspects, self.count, self.bytes = {}, deque(), [], 0, 0
        return left
