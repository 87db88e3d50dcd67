"""Pause a destination, and turn it on again."""

from dataclasses import asdict

from core.caller import OPERATOR, Caller
from core.clock import SYSTEM
from events import wake
from events.delivery.health import Health
from events.delivery.kind import task_of
from events.delivery.rows import ROWS, SLOTS
from events.delivery.telling import About, keep, recovered
from flows.destinos.finding import find
from storage.models.destinos import Destino
from storage.models.eventos import Delivery, Estado
from storage.session import transaction


def pause(name_or_id: str, caller: Caller = OPERATOR) -> str:
    """Pause a destination and return its name: its events are kept as `retido` until it is turned on again."""
    with transaction() as db:
        destino = find(db, name_or_id, caller)
        destino.pausado_em = destino.data_atualizacao = SYSTEM.now()
        keep(db, destino.id)
        return destino.nome


def resume(name_or_id: str, caller: Caller = OPERATOR) -> int:
    """Turn a destination on again and make what was kept for it due; return how many deliveries."""
    now = SYSTEM.now()
    with transaction() as db:
        destino = find(db, name_or_id, caller)
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
        wake.after_commit(db, destino.id, task_of(destino.tipo, destino.lento))
        return amount
