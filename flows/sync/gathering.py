"""Both sides whole, by document and by reference: for comparing them, and for filling a ledger that was lost."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from connectors.milvus import Chamado, Cliente, has_reference, reference
from connectors.ploomes import Contact
from connectors.ploomes import Item as Work
from core.fiscal import documento_ausente
from core.settings.sync import INTERACOES, TAREFAS
from flows.sync.sides import Sides
from flows.sync.tickets import ENTITIES, Tickets, Waits


@dataclass
class Both:
    """Contacts and clients by document. `whole`: the list of Milvus surely has all of its clients."""

    contacts: dict[str, list[Contact]] = field(default_factory=lambda: defaultdict(list))
    clientes: dict[str, list[Cliente]] = field(default_factory=lambda: defaultdict(list))
    whole: bool = True

    def client_of(self, sides: Sides, documento: str) -> list[Cliente]:
        """Return the clients with a document; one that a list of unknown length lacks is searched for."""
        if documento not in self.clientes and not self.whole:
            self.clientes[documento] = sides.milvus.find_clientes(documento)
        return self.clientes.get(documento, [])


def clients(sides: Sides) -> Both:
    """Read every contact and every client with a document."""
    found = Both()
    for page in sides.ploomes.contacts(None):
        for contact in page.rows:
            if not documento_ausente(contact.documento):
                found.contacts[contact.documento].append(contact)
    listing = sides.milvus.clientes()
    found.whole = listing.complete
    for cliente in listing.rows:
        if not documento_ausente(cliente.documento):
            found.clientes[cliente.documento].append(cliente)
    return found


@dataclass(frozen=True)
class Sought:
    """A task or interaction, its client's token, the tickets that name it; `whole`: they were all looked through."""

    fluxo: str
    row: Work
    token: str | None
    tickets: tuple[Chamado, ...]
    whole: bool


def tickets(sides: Sides) -> Iterator[Sought]:
    """Yield what should be a ticket with the tickets there are; each client's list is read once."""
    lists: dict[str, tuple[tuple[Chamado, ...], bool]] = {}
    for fluxo in (TAREFAS, INTERACOES) if sides.conta.tags else ():
        flow, cutoff = Tickets(sides, fluxo), sides.conta.cutoff_at
        tags = [tag.id for tag in sides.conta.tags]
        for page in sides.ploomes.items(ENTITIES[fluxo], cutoff, tags=tags, changed=False):
            for seen in flow.judge(page.rows):
                if seen.new is not None:
                    yield _sought(sides, flow, fluxo, seen.row, lists)


def _sought(
    sides: Sides, flow: Tickets, fluxo: str, row: Work, lists: dict[str, tuple[tuple[Chamado, ...], bool]]
) -> Sought:
    try:
        token = flow.token_of(row)
    except Waits:
        return Sought(fluxo, row, None, (), whole=False)
    if token not in lists:
        listing = sides.milvus.list_chamados(token, sides.conta.cutoff_at)
        lists[token] = (tuple(listing.rows), listing.complete)
    ref, (all_of_it, whole) = reference("ploomes", ENTITIES[fluxo], row.id), lists[token]
    return Sought(fluxo, row, token, tuple(one for one in all_of_it if has_reference(one.descricao, ref)), whole)
