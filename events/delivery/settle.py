"""Write the outcomes of attempts and all that follows from them, in one transaction."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, insert, text, update
from sqlalchemy.orm import Session, lazyload

from events.catalog import ABOUT_DELIVERIES, DestinoDesligado, DestinoFalhando, DestinoRecuperado, EntregaEsgotada
from events.delivery import latency
from events.delivery.health import Change, Health, Seen
from events.delivery.kind import Made
from events.delivery.outcome import Outcome
from events.delivery.queue import DestinationQueue, Owed
from events.outbox import record_event
from storage.models import Attempt, Delivery, Destino
from storage.models.eventos import OPEN_SQL, Estado
from storage.session import transaction

ATTEMPTS = cast("Table", Attempt.__table__)


@dataclass(frozen=True)
class Done:
    """An attempt that was made, and when the next one is due, if any."""

    owed: Owed
    made: Made
    estado: Estado
    due_at: datetime

    @property
    def outcome(self) -> Outcome:
        """What the request came to."""
        return self.made.outcome

    @property
    def seen(self) -> Seen:
        """What it says of the destination's health."""
        given_up = self.estado is Estado.ESGOTADO
        return Seen(self.outcome.delivered, not self.outcome.delivered and (self.owed.tentativas == 0 or given_up))


def settle(queue: DestinationQueue, done: Sequence[Done], now: datetime, *, last: bool = False) -> Health:
    """Write outcomes, attempts, counters, health and the events they cause; return the destination's health.

    With `last` the destination is let go of as well.
    """
    with transaction() as db:
        # Everybody locks a destination before its rows, so that nobody waits in a circle.
        plain = [lazyload(Destino.assinaturas)]
        destino = db.get_one(Destino, queue.destino.id, options=plain, with_for_update=True)
        queue.settle(db, [_row(one, now) for one in done])
        db.connection().execute(insert(ATTEMPTS), [attempt_row(one.owed, one.made) for one in done])
        latency.record(db, destino.id, [(o.owed.created_at, o.made.started_at) for o in done if _is_first(o)])
        _count(destino, done)
        if any(one.outcome.empties for one in done):
            queue.empty(db, now)
        for one in done:
            _tell_exhausted(db, destino, one)
        health = _judge(db, destino, queue, done, now)
        if health.open:
            # Nobody looks here before the next probe.
            queue.hold_until = now + timedelta(seconds=health.circuito_espera)
        if last:
            queue.let_go(db, now)
    if last:
        queue.gone()
    return health


def _is_first(one: Done) -> bool:
    return one.owed.tentativas == 0 and one.outcome.requested


def _count(destino: Destino, done: Sequence[Done]) -> None:
    """Keep the destination's counters and its place in the fast or the slow queue."""
    destino.ultima_execucao = done[-1].made.started_at
    destino.total_execucoes += sum(one.estado is not Estado.PENDENTE for one in done)
    destino.total_erros += sum(one.estado in (Estado.ESGOTADO, Estado.BLOQUEADO) for one in done)
    telling = [one.outcome for one in done if one.outcome.delivered or one.outcome.slow]
    if telling:
        destino.lento = telling[-1].slow


def _judge(db: Session, destino: Destino, queue: DestinationQueue, done: Sequence[Done], now: datetime) -> Health:
    """Bring the health up to date, switch off what has to be, and tell the changes."""
    before = Health(**{field.name: getattr(destino, field.name) for field in fields(Health)})
    seen = [one.seen for one in done if one.outcome.requested]
    health, changes = before.after(seen, now, probing=queue.probing)
    for name, value in asdict(health).items():
        setattr(destino, name, value)
    gone = next((one.outcome.text for one in done if one.outcome.switch_off), None)
    if gone or Change.DESLIGADO in changes:
        switch_off(db, destino, gone or "sem nenhum sucesso há cinco dias", now)
    elif Change.FALHANDO in changes:
        _tell_failing(db, destino)
    if Change.RECUPERADO in changes:
        tell_recovered(db, destino)
    return health


def switch_off(db: Session, destino: Destino, reason: str, now: datetime) -> None:
    """Stop a destination: its open rows are kept as `retido`, and the operator hears of it elsewhere."""
    destino.desligado_em, destino.desligado_motivo = now, reason
    hold(db, destino)
    told = DestinoDesligado(
        **_name(destino),
        motivo=reason,
        mensagem=f"O destino {destino.nome} foi desligado: {reason}. Os eventos ficam guardados.",
    )
    record_event(db, told, exceto=destino.id)


def hold(db: Session, destino: Destino) -> None:
    """Keep a destination's open rows as `retido`."""
    held = update(Delivery).where(Delivery.destino_id == destino.id, text(OPEN_SQL))
    db.execute(held.values(estado=Estado.RETIDO, lease_token=None))


def tell_recovered(db: Session, destino: Destino) -> None:
    """Tell that a destination works again."""
    text_ = f"O destino {destino.nome} voltou a receber."
    record_event(db, DestinoRecuperado(**_name(destino), mensagem=text_), exceto=destino.id)


def _tell_failing(db: Session, destino: Destino) -> None:
    since = destino.falhando_desde.isoformat() if destino.falhando_desde else ""
    text_ = f"O destino {destino.nome} falha há mais de um dia, sem nenhum sucesso. Depois de cinco será desligado."
    record_event(db, DestinoFalhando(**_name(destino), desde=since, mensagem=text_), exceto=destino.id)


def _tell_exhausted(db: Session, destino: Destino, one: Done) -> None:
    if one.estado is not Estado.ESGOTADO or one.owed.evento in ABOUT_DELIVERIES:
        return
    told = EntregaEsgotada(
        **_name(destino),
        entrega_id=one.owed.id,
        mensagem=f"A entrega {one.owed.id} ({one.owed.evento}) foi abandonada: {one.outcome.text}.",
    )
    record_event(db, told, exceto=destino.id)


def _name(destino: Destino) -> dict[str, Any]:
    return {"destino_id": destino.id, "nome": destino.nome, "tipo": destino.tipo}


def _row(one: Done, now: datetime) -> dict[str, Any]:
    return {
        "id": one.owed.id,
        "estado": one.estado,
        "tentativas": one.owed.tentativas + one.outcome.requested,
        "due_at": one.due_at,
        "finished_at": None if one.estado is Estado.PENDENTE else now,
        "last_error": None if one.outcome.delivered else one.outcome.text,
    }


def attempt_row(owed: Owed, made: Made) -> dict[str, Any]:
    """Return the record of one request."""
    return {
        "delivery_id": owed.id,
        "number": owed.tentativas + 1,
        "started_at": made.started_at,
        "duration_ms": made.duration_ms,
        "outcome": made.outcome.name,
        "status_code": made.status,
        "address": made.address,
        "response": made.response,
        "error": None if made.outcome.delivered else made.outcome.text,
    }
