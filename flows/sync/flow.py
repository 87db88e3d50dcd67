"""What a flow gives to the run that does all else."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from flows.sync.ledger.item import Item, New, Outcome

NO_DOCUMENT = "sem_documento"
Row = TypeVar("Row")
RowIn = TypeVar("RowIn", contravariant=True)


@dataclass(frozen=True)
class Read(Generic[Row]):
    """Some rows of the source; `now` is the source's own clock, `whole` whether its list is.

    `goes_on` is where a later run can go on reading that is to have what comes after these (none: it reads all anew).
    """

    rows: Sequence[Row]
    now: datetime | None = None
    whole: bool = True
    goes_on: str | None = None


@dataclass(frozen=True)
class Seen(Generic[Row]):
    """What a row is to the flow: something to note, or a reason to pass it over; `also` is noted beside it."""

    row: Row
    new: New | None = None
    skipped: str | None = None
    also: tuple[New, ...] = ()
    switched: str | None = None


class Flow(Protocol):
    """One of the four. `nome` is the flow, `livro` the part of the ledger that it writes."""

    nome: str
    livro: str

    def pages(self, since: datetime, *, deep: bool) -> Iterator[Read[Any]]:
        """Read the source from an instant on; `deep` reads what may have been missed, too."""
        ...

    def created(self, row: Any) -> datetime | None:
        """Return when a row came to be, where the source says so."""
        ...

    def judge(self, rows: Sequence[Any]) -> list[Seen[Any]]:
        """Say of each row what it is."""
        ...

    def made(self, item: Item) -> bool:
        """Tell whether it is on the other side."""
        ...

    def is_source(self, item: Item, row: Any) -> bool:
        """Tell whether an item came of this very row."""
        ...

    def content(self, row: Any) -> object:
        """Return what the other side is told of a row."""
        ...

    def change(self, item: Item, row: Any, mark: str) -> None:
        """Tell the other side what a row says now; `mark` is another one for each content."""
        ...

    def fetch(self, item: Item) -> Any | None:
        """Return the row of an item as it is now; None when it is gone."""
        ...

    def send(self, item: Item, row: Any) -> Outcome | str:
        """Bring an item to the other side; in a dry run only say what would be done."""
        ...
