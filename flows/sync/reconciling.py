"""Compare both sides: what is missing, what is there twice, what is unknown. Changes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

from core.clock import SYSTEM, Clock
from core.fiscal import documento_valido
from flows.sync import gathering
from flows.sync.documents import known, last_four
from flows.sync.gathering import Both
from flows.sync.ledger.item import CLOSED, Situacao
from flows.sync.sides import Sides, both
from flows.sync.tickets import BOOKS

MISSING, TWICE, UNKNOWN = "falta", "repetido", "desconhecido"


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it should be: in which flow, what (of a document only its end), what to know of it."""

    fluxo: str
    problema: str
    item: str
    detalhe: str


def reconcile(conta: str, clock: Clock = SYSTEM) -> list[Difference]:
    """Return the differences of an account."""
    with both(conta, dry=True, clock=clock) as sides:
        found = gathering.clients(sides)
        return [*_to_milvus(sides, found), *_to_ploomes(sides, found), *_twice(found), *_tickets(sides)]


def _to_milvus(sides: Sides, found: Both) -> Iterator[Difference]:
    lines = known(sides.ledger, list(found.contacts))
    for documento, contacts in found.contacts.items():
        line, first = lines.get(documento), contacts[0]
        old = all(one.created_at is None or one.created_at < sides.conta.cutoff_at for one in contacts)
        never = line is not None and line.situacao in (Situacao.ESQUECIDO, Situacao.DESCARTADO)
        if old or never or not _may_go(sides, documento) or found.client_of(sides, documento):
            continue
        state = line.situacao if line is not None else "fora do livro"
        kind = UNKNOWN if line is not None and line.situacao == Situacao.DESCONHECIDO else MISSING
        yield Difference("clientes-pm", kind, last_four(documento), f"contato {first.id} do Ploomes; {state}")


def _to_ploomes(sides: Sides, found: Both) -> Iterator[Difference]:
    least = sides.conta.min_milvus_id
    if least is None:
        return
    lines = known(sides.ledger, list(found.clientes))
    for documento, clientes in found.clientes.items():
        new = [one for one in clientes if one.id > least]
        line = lines.get(documento)
        if new and documento not in found.contacts and _may_go(sides, documento):
            if line is not None and line.situacao in CLOSED[1:]:
                continue
            state = line.situacao if line is not None else "fora do livro"
            yield Difference("clientes-mp", MISSING, last_four(documento), f"cliente {new[0].id} do Milvus; {state}")


def _may_go(sides: Sides, documento: str) -> bool:
    return documento_valido(documento) or sides.conta.send_invalid


def _twice(found: Both) -> Iterator[Difference]:
    for documento, clientes in found.clientes.items():
        if len(clientes) > 1:
            numbers = ", ".join(str(one.id) for one in clientes)
            yield Difference("clientes-pm", TWICE, last_four(documento), f"clientes {numbers} do Milvus")


def _tickets(sides: Sides) -> Iterator[Difference]:
    for one in gathering.tickets(sides):
        number = str(one.row.id)
        if len(one.tickets) > 1:
            codes = ", ".join(ticket.codigo for ticket in one.tickets)
            yield Difference(one.fluxo, TWICE, number, f"chamados {codes}")
        elif not one.tickets and one.whole:
            line = sides.ledger.find(BOOKS[one.fluxo], [number]).get(number)
            if line is not None and line.situacao in CLOSED[1:]:
                continue
            kind = UNKNOWN if line is not None and line.situacao == Situacao.DESCONHECIDO else MISSING
            yield Difference(one.fluxo, kind, number, line.situacao if line is not None else "fora do livro")
        elif one.token is None:
            yield Difference(one.fluxo, MISSING, number, "o cliente não está no Milvus")
