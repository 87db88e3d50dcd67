"""Clients of Ploomes that Milvus lacks are created there, each once."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from connectors.base.faults import Fault
from connectors.ploomes import Contact
from core.errors import Rejected
from core.fiscal import documento_ausente
from core.settings.sync import CLIENTES_MP, CLIENTES_PM
from flows.sync import bodies, ends
from flows.sync.documents import first_state, known, last_four, mark
from flows.sync.flow import NO_DOCUMENT, Read, Seen
from flows.sync.ledger.item import CLIENTES, CONTATOS, Item, New, Outcome, Situacao
from flows.sync.sides import Sides


class ClientsToMilvus:
    """The flow `clientes-pm` (docs/reference/contracts/sync.md §SY-01)."""

    nome, livro = CLIENTES_PM, CLIENTES

    def __init__(self, sides: Sides) -> None:
        self._sides = sides

    def pages(self, since: datetime, *, deep: bool) -> Iterator[Read[Contact]]:
        """Read contacts that were created or changed since."""
        for page in self._sides.ploomes.contacts(since):
            yield Read(page.rows, page.now, whole=bool(page.rows) or page.proven)

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
        if row.created_at is None or row.created_at < self._sides.conta.cutoff_at:
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
        """Bring the client up to date; addresses and contacts have no such route."""
        body = bodies.cliente(row, self._sides.conta)
        kept = {name: value for name, value in body.items() if name not in bodies.ONLY_NEW}
        self._sides.milvus.change_cliente(int(item.milvus_id or 0), kept)

    def fetch(self, item: Item) -> Contact | None:
        """Return a contact as it is now."""
        return self._sides.ploomes.contact(int(item.ploomes_id or 0))

    def send(self, item: Item, row: Contact) -> Outcome | str:
        """Look for the client by its document, then create it."""
        sides = self._sides
        if row.documento != item.chave:
            return ends.gone(sides, item, ends.SWITCHED)
        if (reason := first_state(row.documento, sides.conta)[1]) is not None:
            return ends.parked(sides, item, reason)
        try:
            if (found := self._there(item, row)) is not None:
                return found
        except Fault as fault:
            return ends.failed(sides, item, fault)
        if not ends.looked_enough(item):
            return ends.not_found_yet(sides, item)
        return f"criaria o cliente {last_four(item.chave)} no Milvus" if sides.dry else self._create(item, row)

    def _there(self, item: Item, row: Contact) -> Outcome | None:
        clientes = self._sides.milvus.find_clientes(row.documento)
        if not clientes:
            return None
        first = min(clientes, key=lambda one: one.id)
        return ends.found(self._sides, item, milvus_id=str(first.id), milvus_token=first.token or None)

    def _create(self, item: Item, row: Contact) -> Outcome:
        sides = self._sides
        try:
            number = sides.milvus.create_cliente(bodies.cliente(row, sides.conta))
        except Fault as fault:
            if fault.may_be_stored:
                return ends.unsure(sides, item, fault)
            return self._refused(item, row, fault)
        return ends.sent(sides, item, milvus_id=str(number))

    def _refused(self, item: Item, row: Contact, fault: Fault) -> Outcome:
        """A refusal may mean that the client is there already."""
        try:
            found = self._there(item, row) if isinstance(fault, Rejected) else None
        except Fault as other:
            return ends.failed(self._sides, item, other)
        return found or ends.failed(self._sides, item, fault)
