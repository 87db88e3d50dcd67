"""Events as people see them: what there is to subscribe to, and what happened."""

from dataclasses import dataclass
from dataclasses import fields as fields_of
from datetime import datetime
from typing import Any, cast

from sqlalchemy import select

from core.caller import OPERATOR, Caller
from core.page import SIZE, Page
from events.catalog import CATALOG
from storage.models.eventos import Event
from storage.pages import newest_first, visible
from storage.session import reading


@dataclass(frozen=True)
class EventKindView:
    """One event that there is; `do_usuario` ones go to a user's destinations, the others to the operator's."""

    evento: str
    rotulo: str
    do_usuario: bool
    campos: tuple[str, ...]


@dataclass(frozen=True)
class EventView:
    """Something that happened."""

    id: int
    webhook_id: str
    evento: str
    ocorrido_em: datetime


def kinds(caller: Caller = OPERATOR) -> tuple[EventKindView, ...]:
    """Return every event that a caller may meet."""
    return tuple(
        EventKindView(name, kind.rotulo, kind.do_usuario, tuple(field.name for field in fields_of(cast("Any", kind))))
        for name, kind in CATALOG.items()
        if caller.is_operator or kind.do_usuario
    )


def recorded(depois: int | None = None, limite: int = SIZE, caller: Caller = OPERATOR) -> Page[EventView]:
    """Return a page of what happened, the newest first."""
    query = select(Event.id, Event.message_id, Event.nome, Event.occurred_at).where(visible(caller, Event.usuario_id))
    with reading() as db:
        return newest_first(db, query, Event.id, depois, limite).map(lambda row: EventView(*row))
