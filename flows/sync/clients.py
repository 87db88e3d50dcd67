"""What both flows of clients have in common: a client is looked for by its document, then created, each once."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from typing import ClassVar, Generic, Protocol, TypeVar

from connectors.base.faults import Fault
from connectors.milvus import Cliente
from core.errors import Rejected
from flows.sync import ends
from flows.sync.documents import first_state, last_four
from flows.sync.ledger.item import CLIENTES, Item, Outcome
from flows.sync.sides import Sides


class Client(Protocol):
    """A client as either side tells it."""

    @property
    def documento(self) -> str:
        """Its document in the form for comparing."""
        ...


Row = TypeVar("Row", bound=Client)


def meant(clientes: Iterable[Cliente], kept: str | None = None) -> Cliente | None:
    """Return which of several clients of Milvus with one document is meant: active first, then by `kept`, then by age.

    `kept` is the token that the ledger has.
    """
    return min(clientes, key=lambda one: (one.ativo is False, one.token != kept, one.id), default=None)


class Clients(Generic[Row]):
    """The second half of a flow of clients; `target` is the side where they are created."""

    livro = CLIENTES
    target: ClassVar[str]

    def __init__(self, sides: Sides) -> None:
        self._sides = sides

    @abstractmethod
    def there(self, row: Row) -> Mapping[str, str | None] | None:
        """Return what tells a client of the other side, the first where there are several; None where it is not."""

    @abstractmethod
    def create(self, row: Row) -> Mapping[str, str]:
        """Create a client on the other side and return what tells it."""

    def send(self, item: Item, row: Row) -> Outcome | str:
        """Look for the client by its document, then create it."""
        sides = self._sides
        if row.documento != item.chave:
            return ends.gone(sides, item, ends.SWITCHED)
        if (reason := first_state(row.documento, sides.conta)[1]) is not None:
            return ends.parked(sides, item, reason)
        try:
            if (found := self.there(row)) is not None:
                return ends.found(sides, item, **found)
        except Fault as fault:
            return ends.failed(sides, item, fault)
        if not ends.looked_enough(item):
            return ends.not_found_yet(sides, item)
        return f"criaria o cliente {last_four(item.chave)} no {self.target}" if sides.dry else self._create(item, row)

    def _create(self, item: Item, row: Row) -> Outcome:
        sides = self._sides
        try:
            return ends.sent(sides, item, **self.create(row))
        except Fault as fault:
            return ends.unsure(sides, item, fault) if fault.may_be_stored else self._refused(item, row, fault)

    def _refused(self, item: Item, row: Row, fault: Fault) -> Outcome:
        """A refusal may mean that the client is there already."""
        try:
            found = self.there(row) if isinstance(fault, Rejected) else None
        except Fault as other:
            return ends.failed(self._sides, item, other)
        return ends.failed(self._sides, item, fault) if found is None else ends.found(self._sides, item, **found)
