"""Users with a mailbox, and what is owed to it."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from events.catalog.payload import EMAIL
from events.email import mailbox
from storage.models.destinos import Destino
from storage.models.eventos import Delivery, Event
from storage.models.usuarios import Usuario
from storage.session import reading, transaction


@dataclass(frozen=True)
class Devido:
    """A mail that is owed: to whom, of which event, with what, from when on."""

    endereco: str
    evento: str
    dados: dict[str, Any]
    due_at: datetime


def pessoa(nome: str = "ana", email: str = "ana@exemplo.com.br", **columns: Any) -> int:
    """Make a user who has an address and never said what to be told; return the number."""
    with transaction() as db:
        made = Usuario(username=nome, email=email, **columns)
        db.add(made)
        db.flush()
        return made.id


def quer(usuario_id: int, *avisos: str, endereco: str = "ana@exemplo.com.br", silencio: str | None = None) -> None:
    """Let a user want some notices (none named: all) at an address."""
    with transaction() as db:
        change = mailbox.Change(endereco=endereco, avisos=avisos or None, silencio=silencio)
        mailbox.keep(db, usuario_id, change)


def devidos() -> list[Devido]:
    """Return the mails that are owed, in order."""
    query = select(Destino.url, Event.nome, Event.corpo, Delivery.due_at)
    query = query.join(Delivery, Delivery.destino_id == Destino.id).join(Event, Event.id == Delivery.event_id)
    with reading() as db:
        rows = db.execute(query.where(Destino.tipo == EMAIL).order_by(Delivery.id)).all()
    return [Devido(url, nome, json.loads(corpo)["dados"], due_at) for url, nome, corpo, due_at in rows]
