"""A number of rows that is counted only so far: to look at a queue must not cost more the longer it is."""

from dataclasses import dataclass

MOST = 10_000
# Of what is noted for later.
MOST_NOTED = 100_000


@dataclass(frozen=True)
class Capped:
    """So many; with `more` at least so many."""

    total: int = 0
    more: bool = False

    def __bool__(self) -> bool:
        return self.total > 0
