"""Clients of Ploomes that Milvus lacks are created there, each once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from connectors.ploomes import Contact
from core.fiscal import documento_ausente
from core.settings.sync import CLIENTES_MP, CLIENTES_PM
from flows.sync import bodies
from flows.sync.clients import Clients, meant
from flows.sync.documents import first_state, known, last_four, mark
from flows.sync.flow import NO_DOCUMENT, Read, Seen
from flows.sync.ledger.item import CLIENTES, CONTATOS, Item, New, Outcome, Situacao


class ClientsToMilvus(Clients[Contact]):
    """The flow `clientes-pm` (docs/reference/contracts/sync.md §SY-01)."""

    nome, target = CLIENTES_PM, "Milvus"

    def pages(self, since: datetime, *, deep: bool) -> Iterator[Read[Contact]]:
        """Read contacts that were created or changed since."""
        for page in self._sides.ploomes.contacts(since):
            yield Read(page.rows, page.now, whole=page.whole)

    def created(self, row: Contact) -> datetime | None:
        """Return when a contact was created."""
        return row.created_at

    def judge(self, rows: Sequence[Contact]) -> list[Seen[Contact]]:
        """Say of each contact whether it is to go."""
        ledger = self._sides.ledger
        echoes = {
            item.ploomes_id: item for item in ledger.having(CLIENTES, "ploomes_id", [str(row.id) for row in rows])
        }
        lines = known(ledger, [row.documento for row in rows])
        links = ledger.find(CONTATOS, [str(row.id) for row in rows])
        return [
            self._seen(row, echoes.get(str(row.id)), lines.get(row.documento), links.get(str(row.id))) for row in rows
        ]

    def _seen(self, row: Contact, echo: Item | None, line: Item | None, link: Item | None) -> Seen[Contact]:
        if not self._recent(row):
            return Seen(row, skipped="antes_do_corte")
        if documento_ausente(row.documento):
            return Seen(row, skipped=NO_DOCUMENT)
        if any(one is not None and one.situacao == Situacao.ESQUECIDO for one in (echo, line)):
            return Seen(row, skipped="esquecido")
        if echo is not None and echo.fluxo == CLIENTES_MP:
            return Seen(row, skipped="eco")
        state, reason = first_state(row.documento, self._sides.conta)
        new = New(
            livro=CLIENTES,
            fluxo=self.nome,
            chave=row.documento,
            ploomes_id=str(row.id),
            situacao=state,
            motivo=reason,
        )
        return Seen(row, new, also=(self._link(row),), switched=self._switched(row, link))

    def _recent(self, row: Contact) -> bool:
        return row.created_at is not None and row.created_at >= self._sides.conta.cutoff_at

    def _link(self, row: Contact) -> New:
        """Return which client a contact is: several may be the same one (§SY-25)."""
        sent = Situacao.ENVIADO
        return New(livro=CONTATOS, fluxo=CONTATOS, chave=str(row.id), ligado=row.documento, situacao=sent)

    def _switched(self, row: Contact, link: Item | None) -> str | None:
        """Note that a contact's document is another one now; both lines stay (§SY-62)."""
        if link is None or link.ligado in (row.documento, mark(row.documento)) or link.ligado is None:
            return None
        if not self._sides.dry:
            self._sides.ledger.change({"id": [link.id]}, self._sides.clock.now(), ligado=row.documento)
        return f"contato {row.id}: {last_four(link.ligado)} → {last_four(row.documento)}"

    def made(self, item: Item) -> bool:
        """Tell whether the client is there."""
        return item.milvus_id is not None

    def is_source(self, item: Item, row: Contact) -> bool:
        """Tell whether an item came of this contact: several may be the same client."""
        return item.ploomes_id == str(row.id)

    def content(self, row: Contact) -> object:
        """Return what is sent of a contact."""
        return bodies.cliente(row, self._sides.conta)

    def change(self, item: Item, row: Contact, mark: str) -> None:
        """Bring the client up to date; addresses and contacts have no such route, and a block stays."""
        body = bodies.cliente(row, self._sides.conta)
        kept = {name: value for name, value in body.items() if name not in bodies.ONLY_NEW}
        self._sides.milvus.change_cliente(int(item.milvus_id or 0), kept)

    def fetch(self, item: Item) -> Contact | None:
        """Return a contact as it is now; before the client is there, any with its document will do (§SY-25)."""
        found = self._sides.ploomes.contact(int(item.ploomes_id or 0))
        if self.made(item) or (found is not None and found.documento == item.chave):
            return found
        others = self._sides.ploomes.find_contacts(item.chave)
        return min(filter(self._recent, others), key=lambda one: one.id, default=found)

    def send(self, item: Item, row: Contact) -> Outcome | str:
        """Bring a client to Milvus; its line is that of the contact which is sent."""
        return super().send(replace(item, ploomes_id=str(row.id)), row)

    def there(self, row: Contact) -> Mapping[str, str | None] | None:
        """Return the client with a contact's document."""
        first = meant(self._sides.milvus.find_clientes(row.documento))
        return None if first is None else {"milvus_id": str(first.id), "milvus_token": first.token or None}

    def create(self, row: Contact) -> Mapping[str, str]:
        """Create the client."""
        return {"milvus_id": str(self._sides.milvus.create_cliente(bodies.cliente(row, self._sides.conta)))}
