"""Events of what was sent: once each, whatever breaks between the ledger and the events."""

from collections.abc import Sequence

from core.clock import Clock
from events.catalog.payload import Payload
from events.catalog.sync import ChamadoCriado, ClienteSincronizado
from events.outbox import Disparo, disparar_varios
from flows.sync.ledger.item import CLIENTES, Item
from flows.sync.ledger.shape import Ledger
from storage import crypto
from storage.models.sync import SyncAviso
from storage.rows import add_new
from storage.session import transaction

BATCH = 200


def tell(ledger: Ledger, conta: str, clock: Clock) -> int:
    """Record the events of what is sent and not told yet; return how many were new."""
    total = 0
    while items := ledger.untold(BATCH):
        total += _record(conta, items, clock)
        ledger.told([item.id for item in items])
    return total


def _record(conta: str, items: Sequence[Item], clock: Clock) -> int:
    now, ring = clock.now(), crypto.ring()
    # a digest: what is forgotten here has nothing to find
    marked = {ring.fingerprint(f"{item.livro}:{item.chave}"): item for item in items}
    with transaction() as db:
        rows = [{"conta": conta, "livro": item.livro, "marca": marca, "em": now} for marca, item in marked.items()]
        new = add_new(db, SyncAviso, rows, "marca")
        told = [_payload(conta, item) for marca, item in marked.items() if marca in new]
        disparar_varios([Disparo(one.evento, one.dados()) for one in told], db)
    return len(told)


def _payload(conta: str, item: Item) -> Payload:
    ploomes, milvus = item.ploomes_id or "", item.milvus_id or ""
    if item.livro == CLIENTES:
        said = f"O contato {ploomes} do Ploomes é o cliente {milvus} do Milvus."
        return ClienteSincronizado(conta=conta, fluxo=item.fluxo, ploomes_id=ploomes, milvus_id=milvus, mensagem=said)
    said = f"Chamado {milvus} criado no Milvus ({item.fluxo}, {ploomes} no Ploomes)."
    return ChamadoCriado(conta=conta, fluxo=item.fluxo, ploomes_id=ploomes, codigo=milvus, mensagem=said)
