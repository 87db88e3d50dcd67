"""Destinations and deliveries, made and read as the product does."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select, text, update
from sqlalchemy.orm import undefer_group

from core.clock import SYSTEM, Clock
from core.settings.core import CoreSettings
from events import disparar_webhook
from flows.destinos.creating import NewDestination, create
from storage import crypto
from storage.models.destinos import CLOSED, Destino, DestinoEvento
from storage.models.eventos import Attempt, Delivery
from storage.models.usuarios import Usuario
from storage.session import reading, transaction

SECRET = "whsec_ZGFkb3MtZ2VyYWRvcy1zby1wYXJhLW9zLXRlc3Rlcy0wMDE="  # pragma: allowlist secret


def webhook(url: str, *eventos: str, segredo: str | None = SECRET, nome: str = "receptor") -> int:
    """Create a webhook without owner; return its number."""
    new = NewDestination("webhook", nome, url, eventos or ("alerta_aberto",), segredo=segredo)
    return create(new).destino.id


def ntfy(url: str, topico: str = "caixas", *eventos: str, segredo: str | None = None, nome: str = "celular") -> int:
    """Create an ntfy destination without owner; return its number."""
    new = NewDestination("ntfy", nome, url, eventos or ("alerta_aberto",), topico, segredo)
    return create(new).destino.id


def change(destino_id: int, **values: object) -> None:
    """Set columns of a destination."""
    with transaction() as db:
        db.execute(update(Destino).where(Destino.id == destino_id).values(**values))


def change_delivery(delivery_id: int, **values: object) -> None:
    """Set columns of a delivery."""
    with transaction() as db:
        db.execute(update(Delivery).where(Delivery.id == delivery_id).values(**values))


def owned(destino_id: int, username: str, *, is_staff: bool = False, eventos: Sequence[str] = ()) -> int:
    """Give a destination to a new user; return the user's number."""
    with transaction() as db:
        user = Usuario(username=username, is_staff=is_staff)
        db.add(user)
        db.flush()
        db.get_one(Destino, destino_id).usuario_id = user.id
        for evento in eventos:
            db.add(DestinoEvento(destino_id=destino_id, evento=evento))
        return user.id


def quiet_now() -> str:
    """Return quiet hours that hold now, by the clock of the installation, and for half an hour more."""
    local = SYSTEM.now().astimezone(CoreSettings.current().zone)
    return f"{local - timedelta(minutes=5):%H:%M}-{local + timedelta(minutes=30):%H:%M}"


def fire(amount: int = 1, evento: str = "alerta_aberto", **dados: object) -> list[str]:
    """Record events in one transaction; return their ids."""
    with transaction() as db:
        return [disparar_webhook(evento, {"n": n, **dados}, db=db) for n in range(amount)]


def deliveries(destino_id: int | None = None) -> list[Delivery]:
    """Return deliveries in order."""
    query = select(Delivery).order_by(Delivery.id)
    with reading() as db:
        return list(db.scalars(query if destino_id is None else query.where(Delivery.destino_id == destino_id)))


def only() -> Delivery:
    """Return the one delivery there is."""
    (delivery,) = deliveries()
    return delivery


def attempts() -> list[Attempt]:
    """Return every attempt in order."""
    with reading() as db:
        return list(db.scalars(select(Attempt).order_by(Attempt.id)))


def destination(destino_id: int) -> Destino:
    """Return a destination as it is stored, its secrets opened."""
    with reading() as db:
        return db.get_one(Destino, destino_id, options=[undefer_group(CLOSED)])


def make_due(clock: Clock = SYSTEM) -> None:
    """Let every waiting delivery be due now."""
    with transaction() as db:
        db.execute(update(Delivery).values(due_at=clock.now()))


def seal(destino_id: int, column: str = "secret_key") -> None:
    """Let a column be sealed with a key that nobody has any more."""
    store(destino_id, crypto.KeyRing([crypto.new_key()]).encrypt(SECRET), column)


def store(destino_id: int, value: bytes, column: str = "secret_key") -> None:
    """Write a column as it is stored, and let the destination be looked at now."""
    with transaction() as db:
        db.execute(text(f"UPDATE destino SET {column} = :v WHERE id = :i"), {"v": value, "i": destino_id})
        db.execute(update(Destino).where(Destino.id == destino_id).values(due_at=SYSTEM.now()))
