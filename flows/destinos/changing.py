"""Change a destination that is there."""

from core.clock import SYSTEM
from events.delivery.kind import kinds
from flows.destinos.creating import Created
from flows.destinos.finding import find
from storage.session import transaction


def change_secret(name_or_id: str, new: str | None = None) -> Created:
    """Give a destination another secret, as its kind does that."""
    now = SYSTEM.now()
    with transaction() as db:
        destino = find(db, name_or_id)
        checked = kinds()[destino.tipo].rotated(destino, new, now)
        for name, value in checked.columns.items():
            setattr(destino, name, value)
        destino.data_atualizacao = now
        return Created(destino, checked.segredo, checked.aviso)
