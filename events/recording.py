"""The statements that record one event with its audience, and on PostgreSQL with what most of them are owed."""

from functools import cache

from sqlalchemy import bindparam, case, exists, func, insert, literal, not_, select, true

from claims.many import Many
from events.audience import COLUMNS, Audience, unfiltered
from events.catalog import CATALOG
from storage.direct import Prepared
from storage.models.eventos import Delivery, Estado, Event
from storage.rows import table_of
from storage.types import Instant

EVENTS, DELIVERIES = table_of(Event), table_of(Delivery)
MANY_EVENTS = Many(
    {
        name: EVENTS.c[name]
        for name in ("message_id", "nome", "usuario_id", "occurred_at", "corpo", "origem", "restrito")
    }
)
OWED = ("event_id", "destino_id", "estado", "tentativas", "due_at", "created_at")
NOW = bindparam("p_now", type_=Instant())


@cache
def with_audience(told_to: Audience, dialect: str) -> Prepared:
    """Return the statement that inserts an event and returns its number and its audience, a list in JSON."""
    told = told_to.in_one(dialect).label("told")
    new = MANY_EVENTS.table(dialect, single=True)
    adding = insert(EVENTS).from_select(list(MANY_EVENTS.types), select(*new.c))
    return Prepared(adding.returning(EVENTS.c.id, told))


@cache
def with_deliveries(told_to: Audience, *, alone: bool) -> Prepared:
    """Return PostgreSQL's statement that also owes the event to those without filters.

    The list says of each whether it did. With `alone` nothing is recorded if it could not do so for all.
    """
    kind = CATALOG[told_to.evento]
    told = told_to.of(select(*COLUMNS, unfiltered(kind).label("owed"))).cte("told")
    told = told.prefix_with("MATERIALIZED", dialect="postgresql")
    chosen = select(*MANY_EVENTS.table("postgresql", single=True).c)
    if alone:
        chosen = chosen.where(not_(exists(select(1).select_from(told).where(not_(told.c.owed)))))
    event = insert(EVENTS).from_select(list(MANY_EVENTS.types), chosen).returning(EVENTS.c.id).cte("recorded")
    state = case((told.c.parado, Estado.RETIDO.value), else_=Estado.PENDENTE.value)
    rows = select(event.c.id, told.c.id, state, literal(0), NOW, NOW).select_from(event.join(told, true()))
    rows = rows.where(told.c.owed).order_by(told.c.id)
    owed = insert(DELIVERIES).from_select(list(OWED), rows).returning(DELIVERIES.c.id).cte("owed")
    listed = select(func.json_agg(func.json_build_array(*told.c))).scalar_subquery()
    return Prepared(select(event.c.id, listed.label("told")).add_cte(owed))
