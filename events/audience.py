"""Who gets an event: the destinations that subscribe to it and whose user it concerns, with their filters."""

from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from inspect import getattr_static
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, false, func, or_, select
from sqlalchemy.orm import Session

from events.catalog import CATALOG, Payload
from events.filters import Filters
from events.subscriptions import wants
from storage.models.destinos import Destino
from storage.models.eventos import Estado, Event
from storage.models.usuarios import Usuario

COLUMNS = (
    Destino.id,
    Destino.tipo,
    Destino.lento,
    or_(Destino.desligado_em.is_not(None), Destino.pausado_em.is_not(None)).label("parado"),
    Destino.severidade_minima,
    Destino.rotulos,
    Destino.silencio,
    Destino.filtro,
)


@dataclass(frozen=True)
class Target:
    """A destination that gets the event unless its filters refuse it; for a `stopped` one the event is kept."""

    id: int
    tipo: str
    lento: bool
    stopped: bool
    filters: Filters

    @classmethod
    def of(cls, row: Any) -> "Target":
        """Return a target from its columns."""
        number, tipo, lento, stopped, *filters = row
        return cls(number, tipo, bool(lento), bool(stopped), Filters(*filters))


def unfiltered(kind: type[Payload]) -> ColumnElement[bool]:
    """Return the condition that a destination gets each event of a kind, at once."""
    if getattr_static(kind, "tells") is not getattr_static(Payload, "tells"):
        return false()
    return and_(*(getattr(Destino, one.name).is_(None) for one in fields(Filters)))


@dataclass(frozen=True)
class Audience:
    """Who gets one kind of event. `alone`: only this destination, even without a subscription."""

    evento: str
    of_user: bool
    alone: bool

    def parameters(self, usuario_id: int | None, exceto: int | None, somente: int | None) -> dict[str, Any]:
        """Return the parameters of its queries, and no others."""
        if self.alone:
            return {"p_somente": somente}
        of_user = self.of_user and CATALOG[self.evento].do_usuario
        return {"p_exceto": exceto or 0} | ({"p_usuario": usuario_id} if of_user else {})

    def query(self) -> Any:
        """Return the query of the destinations."""
        return _query(self)

    def in_one(self, dialect: str) -> Any:
        """Return the same as one value, a list in JSON, to stand in another statement."""
        return _in_one(self, dialect)

    def of(self, chosen: Any) -> Any:
        """Narrow a query of destinations to these."""
        if self.alone:
            return chosen.where(Destino.ativo, Destino.id == bindparam("p_somente"))
        kind = CATALOG[self.evento]
        concerned = _concerned(kind, self.of_user)
        return chosen.where(Destino.ativo, wants(kind), concerned, Destino.id != bindparam("p_exceto"))


@cache
def _query(told_to: Audience) -> Any:
    return told_to.of(select(*COLUMNS)).order_by(Destino.id)


@cache
def _in_one(told_to: Audience, dialect: str) -> Any:
    if dialect == "postgresql":
        listed: Any = func.json_agg(func.json_build_array(*COLUMNS))
    else:
        listed = func.json_group_array(func.json_array(*COLUMNS))
    return told_to.of(select(listed)).scalar_subquery()


def _concerned(kind: type[Payload], of_user: bool) -> ColumnElement[bool]:
    """A user's event goes to that user only; the operator's to destinations without owner or of staff.

    Nobody who is turned off is told anything.
    """
    if kind.do_usuario and of_user:
        return Destino.usuario_id.in_(select(Usuario.id).where(Usuario.id == bindparam("p_usuario"), Usuario.ativo))
    if kind.do_usuario:
        return Destino.usuario_id.is_(None)
    staff = select(Usuario.id).where(Usuario.is_staff, Usuario.ativo)
    return or_(Destino.usuario_id.is_(None), Destino.usuario_id.in_(staff))


def wanted_by(db: Session, destino: Destino) -> ColumnElement[bool]:
    """Return the condition under which an event concerns a destination's owner."""
    owner = db.get(Usuario, destino.usuario_id) if destino.usuario_id else None
    users = [kind.evento for kind in CATALOG.values() if kind.do_usuario]
    own = Event.usuario_id == owner.id if owner else Event.usuario_id.is_(None)
    operators = Event.nome.not_in(users) if owner is None or owner.is_staff else false()
    return or_(and_(Event.nome.in_(users), own), operators)


def delivery(event_id: int, target: Target, due_at: datetime, now: datetime) -> dict[str, Any]:
    """Return the row of what a destination is owed."""
    return {
        "event_id": event_id,
        "destino_id": target.id,
        "estado": (Estado.RETIDO if target.stopped else Estado.PENDENTE).value,
        "tentativas": 0,
        "due_at": due_at,
        "created_at": now,
    }
