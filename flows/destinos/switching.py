"""Pause a destination, and turn it on again."""

from core.caller import OPERATOR, Caller
from core.clock import SYSTEM
from events.delivery import resuming
from events.delivery.telling import keep
from flows.destinos.finding import find
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
    with transaction() as db:
        return resuming.resume(db, find(db, name_or_id, caller), SYSTEM.now())
