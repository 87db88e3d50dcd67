"""Lists in pages, each asked for by the key at which the one before ended: a row that comes or goes moves no other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
Q = TypeVar("Q")
Key = int | str
SIZE, LARGEST = 100, 10_000


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some of a list in its order; `depois` is the key to ask for the rest with, none when this was the end."""

    itens: tuple[T, ...]
    depois: Key | None = None

    def map(self, change: Callable[[T], Q]) -> "Page[Q]":
        """Return the same page of other things."""
        return Page(tuple(change(one) for one in self.itens), self.depois)

    def __iter__(self) -> Iterator[T]:
        return iter(self.itens)


@dataclass(frozen=True)
class Counted(Page[T]):
    """A page of a list that also says how long the list is: exactly, or where it is long about so (`count_exact`)."""

    count: int = 0
    count_exact: bool = True

    def map(self, change: Callable[[T], Q]) -> "Counted[Q]":
        """Return the same page of other things."""
        return Counted(tuple(change(one) for one in self.itens), self.depois, self.count, self.count_exact)
