"""A delivery by hand: send one again."""

from core.caller import OPERATOR, Caller
from core.clock import SYSTEM, Clock
from core.errors import Conflict
from events import wake
from events.delivery.kind import to_wake
from events.delivery.rows import ROWS
from flows.entregas.views import absent
from storage.models.destinos import Destino
from storage.models.eventos import Delivery, Estado, Event
from storage.pages import LARGEST_KEY
from storage.session import transaction


def resend(number: int, caller: Caller = OPERATOR, clock: Clock = SYSTEM) -> str:
    """Begin a new run of attempts for a delivery that ended; return its event's `webhook-id`, which stays."""
    now = clock.now()
    with transaction() as db:
        delivery = db.get(Delivery, number, with_for_update=True) if abs(number) <= LARGEST_KEY else None
        destino = db.get_one(Destino, delivery.destino_id) if delivery else None
        if delivery is None or destino is None or not caller.owns(destino.usuario_id):
            raise absent(number)
        if delivery.estado == Estado.ENVIANDO:
            raise Conflict(f"A entrega {number} está sendo enviada agora.")
        if destino.desligado_em or destino.pausado_em or not destino.ativo:
            raise Conflict(f"O destino {destino.nome} não está ligado: retome-o antes.")
        ROWS.owe(db, now, Delivery.id == number, estado=Estado.PENDENTE, tentativas=0, finished_at=None)
        wake.after_commit(db, to_wake(destino.id, destino.tipo, lento=destino.lento))
        return db.get_one(Event, delivery.event_id).message_id
