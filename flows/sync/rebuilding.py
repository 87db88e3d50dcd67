"""Fill a ledger that was lost, from what is on both sides: what is there is noted as sent."""

from dataclasses import dataclass

from core.clock import SYSTEM, Clock
from core.settings.sync import CLIENTES_PM
from flows.sync import gathering
from flows.sync.clients import meant
from flows.sync.documents import known
from flows.sync.ledger.item import CLIENTES, CLOSED, CONTATOS, Item, New, Situacao
from flows.sync.sides import Sides, both
from flows.sync.tickets import BOOKS

BATCH = 500


@dataclass
class Rebuilt:
    """Clients, links and tickets that are now noted; `parcial`: a list may not have been whole."""

    clientes: int = 0
    contatos: int = 0
    chamados: int = 0
    parcial: bool = False


def rebuild(conta: str, clock: Clock = SYSTEM) -> Rebuilt:
    """Note what is on both sides; may be run again."""
    report = Rebuilt()
    with both(conta, clock=clock) as sides:
        _clients(sides, report)
        for one in gathering.tickets(sides):
            report.parcial |= not one.whole
            if one.tickets:
                number = str(one.row.id)
                line = sides.ledger.find(BOOKS[one.fluxo], [number]).get(number)
                new = New(
                    livro=BOOKS[one.fluxo],
                    fluxo=one.fluxo,
                    chave=number,
                    situacao=Situacao.ENVIADO,
                    ploomes_id=number,
                    milvus_id=one.tickets[0].codigo,
                    milvus_token=one.token,
                )
                report.chamados += _note(sides, line, new)
    return report


def _clients(sides: Sides, report: Rebuilt) -> None:
    found = gathering.clients(sides)
    report.parcial = not found.whole
    lines, sent, links = known(sides.ledger, list(found.contacts)), Situacao.ENVIADO, list[New]()
    for documento, contacts in found.contacts.items():
        line = lines.get(documento)
        if line is not None and line.situacao == Situacao.ESQUECIDO:
            continue
        links += [
            New(livro=CONTATOS, fluxo=CONTATOS, chave=str(one.id), ligado=documento, situacao=sent) for one in contacts
        ]
        if first := meant(found.clientes.get(documento, [])):
            new = New(
                livro=CLIENTES,
                fluxo=CLIENTES_PM,
                chave=documento,
                situacao=sent,
                ploomes_id=str(contacts[0].id),
                milvus_id=str(first.id),
                milvus_token=first.token or None,
            )
            report.clientes += _note(sides, line, new)
    for start in range(0, len(links), BATCH):
        report.contatos += len(sides.ledger.owe(links[start : start + BATCH], sides.clock.now()))


def _note(sides: Sides, line: Item | None, new: New) -> int:
    """Note a line as sent; tell whether that is new."""
    now = sides.clock.now()
    if line is None:
        return len(sides.ledger.owe([new], now))
    if line.situacao in CLOSED:
        return 0
    there = {"milvus_id": new.milvus_id, "milvus_token": new.milvus_token}
    return sides.ledger.change({"id": [line.id]}, now, situacao=Situacao.ENVIADO, motivo=None, erro=None, **there)
