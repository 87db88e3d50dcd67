"""The link in the footer of a notice: one click ends this kind of notice to this address, the others go on."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.clock import SYSTEM, Clock
from core.errors import NotFound
from core.logs import get_logger
from events import subscriptions
from events.catalog import CATALOG
from events.delivery.rows import ROWS
from events.email.aviso import Grupo, aviso_of
from events.email.mailbox import told_of
from events.email.unsubscribe import opened
from storage.models.destinos import Destino, DestinoEvento
from storage.models.eventos import Delivery, Estado, Event
from storage.session import reading, transaction

NO_LINK = "Este link não vale mais: o endereço mudou ou já não recebe avisos."
# What is not sent yet, or kept for later.
UNSENT = (Estado.PENDENTE, Estado.ENVIANDO, Estado.RETIDO)
NOT_WANTED = "quem recebe não quer mais este aviso"
log = get_logger(__name__)


@dataclass(frozen=True)
class Notices:
    """What a link is about: a kind of notice, the address in part, and whether it still comes there."""

    grupo: str
    endereco: str
    recebe: bool


def look(token: str) -> Notices:
    """Return what a link is about; nothing changes."""
    with reading() as db:
        destino, grupo = _meant(db, token)
        return _notices(destino, grupo)


def cancel(token: str, clock: Clock = SYSTEM) -> Notices:
    """End this kind of notice; what is not sent yet is not sent. To do it twice changes nothing more."""
    with transaction() as db:
        destino, grupo = _meant(db, token)
        ended = _events(grupo)
        if told_of(destino) & ended:
            kept = sorted(set(subscriptions.names(destino.eventos, destino.tipo)) - ended)
            destino.assinaturas = [DestinoEvento(evento=name) for name in kept]
            destino.de_oficio, destino.data_atualizacao = False, clock.now()
            log.info("notices ended by their reader", destino=destino.id, grupo=grupo.name)
        concerned = db.query(Event.id).where(Event.nome.in_(ended), Event.id == Delivery.event_id).exists()
        ROWS.take_away(
            db,
            *(Delivery.destino_id == destino.id, Delivery.estado.in_(UNSENT), concerned),
            estado=Estado.DISPENSADO,
            finished_at=clock.now(),
            last_error=NOT_WANTED,
        )
        db.flush()
        return _notices(destino, grupo)


def _meant(db: Session, token: str) -> tuple[Destino, Grupo]:
    link = opened(token)
    destino = db.get(Destino, link.destino_id) if link else None
    if link is None or destino is None or destino.url != link.endereco:
        raise NotFound(NO_LINK)
    return destino, link.grupo


def _notices(destino: Destino, grupo: Grupo) -> Notices:
    return Notices(grupo.value, _in_part(destino.url), bool(told_of(destino) & _events(grupo)))


def _events(grupo: Grupo) -> set[str]:
    """Return the events whose notices are of a group."""
    return {nome for nome in CATALOG if aviso_of(nome).grupo is grupo}


def _in_part(address: str) -> str:
    """Return an address so that its owner knows it: a link may be passed on with the message."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}***@{domain}"
