"""Turn a destination on again: what was kept for it becomes due."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy.orm import Session

from events import wake
from events.delivery.health import Health
from events.delivery.kind import to_wake
from events.delivery.rows import ROWS, SLOTS
from events.delivery.telling import About, recovered
from storage.models.destinos import Destino
from storage.models.eventos import Delivery, Estado


def resume(db: Session, destino: Destino, now: datetime) -> int:
    """Turn a destination on in the caller's transaction; return how many deliveries became due."""
    was_off = destino.desligado_em is not None
    destino.desligado_em = destino.desligado_motivo = destino.pausado_em = None
    destino.ativo, destino.lento, destino.data_atualizacao = True, False, now
    for name, value in asdict(Health()).items():
        setattr(destino, name, value)
    SLOTS.owe(db, now, Destino.id == destino.id)
    if was_off:
        recovered(db, About(destino.id, destino.tipo, destino.nome))
    kept = (Delivery.destino_id == destino.id, Delivery.estado == Estado.RETIDO)
    amount = ROWS.owe(db, now, *kept, estado=Estado.PENDENTE, finished_at=None)
    wake.after_commit(db, to_wake(destino.id, destino.tipo, lento=destino.lento))
    return amount
