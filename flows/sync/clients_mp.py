"""Clients of Milvus that Ploomes lacks are created there, each once."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from connectors.milvus import Cliente
from core.fiscal import documento_ausente
from core.settings.sync import CLIENTES_MP
from flows.sync import bodies
from flows.sync.clients import Clients
from flows.sync.documents import first_state, known
from flows.sync.flow import NO_DOCUMENT, Read, Seen
from flows.sync.ledger.item import CLIENTES, Item, New, Situacao


class ClientsToPloomes(Clients[Cliente]):
    """The flow `clientes-mp` (docs/reference/contracts/sync.md §SY-02). Milvus tells no dates: a number is the cut."""

    nome, target = CLIENTES_MP, "Ploomes"

    def pages(self, since: datetime, *, deep: bool) -> Iterator[Read[Cliente]]:
        """Read the whole list, from where the run before had to end."""
        for part in self._sides.milvus.clientes_in_parts(self._sides.begin):
            yield Read(part.rows, whole=part.complete, goes_on=part.goes_on)

    def created(self, row: Cliente) -> datetime | None:
        """Milvus does not say."""
        return None

    def judge(self, rows: Sequence[Cliente]) -> list[Seen[Cliente]]:
        """Say of each client whether it is to go."""
        ledger = self._sides.ledger
        new = [row for row in rows if row.id > (self._sides.conta.min_milvus_id or 0)]
        echoes = {item.milvus_id: item for item in ledger.having(CLIENTES, "milvus_id", [str(row.id) for row in new])}
        lines = known(ledger, [row.documento for row in new])
        return [self._seen(row, echoes.get(str(row.id)), lines.get(row.documento)) for row in rows]

    def _seen(self, row: Cliente, echo: Item | None, line: Item | None) -> Seen[Cliente]:
        if row.id <= (self._sides.conta.min_milvus_id or 0):
            return Seen(row, skipped="abaixo_do_minimo")
        if documento_ausente(row.documento):
            return Seen(row, skipped=NO_DOCUMENT)
        if any(one is not None and one.situacao == Situacao.ESQUECIDO for one in (echo, line)):
            return Seen(row, skipped="esquecido")
        if any(one is not None and one.settled and not self._ours(one, row) for one in (echo, line)):
            return Seen(row, skipped="eco")
        state, reason = first_state(row.documento, self._sides.conta)
        new = New(
            livro=CLIENTES,
            fluxo=self.nome,
            chave=row.documento,
            milvus_id=str(row.id),
            milvus_token=row.token or None,
            situacao=state,
            motivo=reason,
        )
        return Seen(row, new)

    def _ours(self, line: Item, row: Cliente) -> bool:
        return line.fluxo == self.nome and line.chave == row.documento

    def made(self, item: Item) -> bool:
        """Tell whether the contact is there."""
        return item.ploomes_id is not None

    def is_source(self, item: Item, row: Cliente) -> bool:
        """Tell whether an item came of this client."""
        return item.milvus_id == str(row.id)

    def content(self, row: Cliente) -> object:
        """Return what is sent of a client."""
        return bodies.contact(row, self._sides.conta)

    def change(self, item: Item, row: Cliente, mark: str) -> None:
        """Bring the contact up to date."""
        self._sides.ploomes.change_contact(int(item.ploomes_id or 0), bodies.contact(row, self._sides.conta))

    def fetch(self, item: Item) -> Cliente | None:
        """Return a client as it is now; there is no way to ask by number, so by document."""
        found = self._sides.milvus.find_clientes(item.chave)
        return next((one for one in found if str(one.id) == item.milvus_id), None)

    def there(self, row: Cliente) -> Mapping[str, str | None] | None:
        """Return the contact with a client's document."""
        contacts = self._sides.ploomes.find_contacts(row.documento)
        return {"ploomes_id": str(min(one.id for one in contacts))} if contacts else None

    def create(self, row: Cliente) -> Mapping[str, str]:
        """Create the contact."""
        return {"ploomes_id": str(self._sides.ploomes.create_contact(bodies.contact(row, self._sides.conta)).id)}
