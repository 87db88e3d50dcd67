"""Events about deliveries and destinations, for every destination but the one concerned."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from core.text import fitting
from events.catalog import (
    ABOUT_DELIVERIES,
    DestinoDesligado,
    DestinoFalhando,
    DestinoRecuperado,
    EntregaEsgotada,
    WebhookDesligado,
    WebhookRecuperado,
)
from events.delivery.outcome import Outcome
from events.delivery.rows import ROWS, Owed
from events.outbox import record_event
from storage.models.destinos import Destino
from storage.models.eventos import OPEN_SQL, Delivery, Estado

# So many characters of a reason does a row keep, of a destination, a delivery or an attempt.
REASON_LENGTH = 500


@dataclass(frozen=True)
class About:
    """The destination that an event is about."""

    destino_id: int
    tipo: str
    nome: str


def exhausted(db: Session, about: About, owed: Owed, outcome: Outcome) -> None:
    """Record that a delivery is given up, unless its event is about deliveries itself: one would cause the next."""
    if owed.evento in ABOUT_DELIVERIES:
        return
    said = f"A entrega {owed.id} ({owed.evento}) foi abandonada: {outcome.text}."
    told = EntregaEsgotada(**asdict(about), entrega_id=owed.id, mensagem=said)
    record_event(db, told, exceto=about.destino_id)


def failing(db: Session, about: About, since: datetime | None) -> None:
    """Tell that a destination has had no success for a day."""
    said = f"O destino {about.nome} falha há mais de um dia, sem nenhum sucesso. Depois de cinco será desligado."
    told = DestinoFalhando(**asdict(about), desde=since.isoformat() if since else "", mensagem=said)
    record_event(db, told, exceto=about.destino_id)


def recovered(db: Session, about: About) -> None:
    """Tell that a destination works again."""
    said = f"O destino {about.nome} voltou a receber."
    record_event(db, DestinoRecuperado(**asdict(about), mensagem=said), exceto=about.destino_id)
    _tell_owner(db, about, WebhookRecuperado, f"O webhook {about.nome} voltou a receber.")


def switch_off(db: Session, destinations: Sequence[About], reason: str, now: datetime) -> None:
    """Stop destinations: their open rows are kept as `retido`, and those that still run get an event of each."""
    for about in destinations:
        off = update(Destino).where(Destino.id == about.destino_id)
        db.execute(off.values(desligado_em=now, desligado_motivo=fitting(reason, REASON_LENGTH)))
        keep(db, about.destino_id)
    for about in destinations:
        said = f"O destino {about.nome} foi desligado: {reason}. Os eventos ficam guardados."
        record_event(db, DestinoDesligado(**asdict(about), motivo=reason, mensagem=said), exceto=about.destino_id)
        told = (
            f"O webhook {about.nome} foi desligado: {reason}. Os eventos ficam guardados até que você o ligue de novo."
        )
        _tell_owner(db, about, WebhookDesligado, told)


def _tell_owner(db: Session, about: About, kind: type[WebhookDesligado] | type[WebhookRecuperado], said: str) -> None:
    """Tell a user of the own webhook; what is the operator's has no other owner to tell."""
    owner = db.scalar(select(Destino.usuario_id).where(Destino.id == about.destino_id, Destino.tipo == "webhook"))
    if owner is not None:
        record_event(db, kind(webhook_id=about.destino_id, nome=about.nome, mensagem=said), owner)


def keep(db: Session, destino_id: int) -> None:
    """Keep a destination's open rows as `retido`."""
    ROWS.take_away(db, Delivery.destino_id == destino_id, text(OPEN_SQL), estado=Estado.RETIDO)
