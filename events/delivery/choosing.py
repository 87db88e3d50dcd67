"""Which destinations are next (users in turn, then the longest unserved), and what each is owed, in order.

Statements only; they are built once and run by `events/delivery/taking.py`.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, FromClause, Select, and_, bindparam, case, exists, func, or_, select, text, true
from sqlalchemy.orm import aliased

from claims.many import Many
from events.delivery.kind import Kind, kinds
from events.delivery.rows import ROWS, SLOTS
from storage.direct import Prepared
from storage.models.destinos import Destino
from storage.models.eventos import OPEN_SQL, Delivery, Event
from storage.types import Instant

# Rivals that choose the same head would get nothing of it: each looks further down for its share.
CANDIDATES = 4
NOW = bindparam("p_now", type_=Instant())
# What a row of a delivery is read with, where a body is small enough.
_SMALL = case((func.length(Event.corpo) <= bindparam("p_bytes", type_=BigInteger()), Event.corpo))
CARRIED = (Event.message_id, Event.nome, _SMALL.label("corpo"), Event.origem)
# In what order destinations have their turn: the first of each user, then the second.
_TURN = ("place", "tenant", "served", "id")
QUOTAS = Many({"id": ROWS.table.c.destino_id, "quota": ROWS.table.c.tentativas}, "cotas")
HINTS = Many({"id": SLOTS.table.c.id}, "dicas")


def has_due(destino_id: Any = Destino.id) -> Any:
    """Return the condition that a destination has due rows."""
    return exists().where(Delivery.destino_id == destino_id, text(OPEN_SQL), ROWS.overdue(NOW))


def waiting(tasks: frozenset[str] | None, hints: FromClause | None = None) -> Select[Any]:
    """Return the query of destinations with due rows and a free slot, in the order of their turn.

    `tasks` are those whose destinations are looked at (None: all); with `hints` only those of this table are.
    """
    return _found(tasks, hints).order_by(*_TURN).limit(bindparam("p_candidates"))


@cache
def of_each() -> Select[Any]:
    """Return the query of `waiting` of every task, with so many of each kind: one that nobody serves hides no other."""
    found = _found(None).subquery()
    number = func.row_number().over(
        partition_by=(found.c.tipo, found.c.lento), order_by=[found.c[one] for one in _TURN]
    )
    numbered = select(found, number.label("number")).subquery()
    first = select(numbered.c.id, numbered.c.tipo, numbered.c.lento).where(
        numbered.c.number <= bindparam("p_candidates")
    )
    return first.order_by(*(numbered.c[one] for one in _TURN))


def _found(tasks: frozenset[str] | None, hints: FromClause | None = None) -> Select[Any]:
    served = func.coalesce(Destino.servido_em, Destino.data_criacao)
    place = func.row_number().over(partition_by=Destino.usuario_id, order_by=(served, Destino.id)).label("place")
    tenant = func.max(served).over(partition_by=Destino.usuario_id).label("tenant")
    found = select(Destino.id, Destino.tipo, Destino.lento, place, tenant, served.label("served"))
    found = found.where(SLOTS.overdue(NOW), *SLOTS.ready, has_due(), served_by(tasks))
    if hints is not None:
        found = found.where(Destino.id.in_(select(hints.c.id)))
    return found


def served_by(tasks: frozenset[str] | None) -> Any:
    """Return the condition that one of these tasks serves a destination (None: any); none serves an unknown kind."""
    if tasks is None:
        return or_(*(Destino.tipo == tipo for tipo in kinds()))
    return or_(
        *(
            and_(Destino.tipo == tipo, Destino.lento.is_(lento))
            for tipo, kind in kinds().items()
            for lento in (False, True)
            if kind.task(lento=lento) in tasks
        )
    )


@cache
def slots(tasks: frozenset[str] | None, dialect: str, *, hinted: bool) -> Prepared:
    """Return the statement that takes the slots of at most `p_limit` waiting destinations."""
    hints = HINTS.table(dialect) if hinted else None
    wanted = waiting(tasks, hints).cte("wanted").prefix_with("MATERIALIZED", dialect="postgresql")
    chosen = (
        select(Destino.id)
        .join(wanted, wanted.c.id == Destino.id)
        .where(SLOTS.overdue(NOW))
        .order_by(wanted.c.place, wanted.c.tenant, wanted.c.served, Destino.id)
        .limit(bindparam("p_limit"))
    )
    return Prepared(SLOTS.taking(chosen))


@cache
def single(tasks: frozenset[str] | None) -> Prepared:
    """Return the statement that takes the slot of one destination (`p_destino`), if something is due there."""
    found = (SLOTS.overdue(NOW), *SLOTS.ready, served_by(tasks))
    return Prepared(SLOTS.taking(select(Destino.id).where(Destino.id == bindparam("p_destino"), *found, has_due())))


@cache
def whole(tasks: frozenset[str] | None) -> Prepared:
    """Return PostgreSQL's statement that takes a destination (`p_destino`) with the first rows that are due (`p_quota`)
    and their events, a line for each row; only if nothing limits its requests and its timeout is `p_timeout`.
    """
    free = (Destino.por_minuto.is_(None), Destino.circuito_espera == 0, Destino.ordem_estrita.is_(False))
    usual = Destino.timeout == bindparam("p_timeout")
    found = (*SLOTS.ready, *free, usual, _free_kind(), served_by(tasks))
    wanted = select(Destino.id).where(Destino.id == bindparam("p_destino"), SLOTS.overdue(NOW), *found, has_due())
    slot = SLOTS.taking(wanted).cte("vaga")
    first = _due(slot.c.id).limit(bindparam("p_quota")).with_for_update(skip_locked=True, key_share=True)
    each = first.lateral("vencidas")
    taken = ROWS.taking(select(each.c.id).select_from(slot.join(each, true())), locked=True, suffix="_rows").cte(
        "taken"
    )
    lines = slot.outerjoin(taken, true()).outerjoin(Event, Event.id == taken.c.event_id)
    return Prepared(select(*slot.c, *taken.c, *CARRIED).select_from(lines))


def _free_kind() -> Any:
    """Return the condition that a destination's kind knows no limit but the settings'."""
    free = [tipo for tipo, kind in kinds().items() if type(kind).bucket is Kind.bucket and kind.at_once is None]
    return or_(*(Destino.tipo == tipo for tipo in sorted(free)))


def _due(destino_id: Any) -> Select[Any]:
    one = aliased(Delivery)
    due = select(one.id).where(one.destino_id == destino_id, text(OPEN_SQL), ROWS.overdue(NOW, one))
    return due.order_by(ROWS.when(one), one.id)


@cache
def carried() -> Prepared:
    """Return the statement of SQLite that takes what one destination (`p_destino`) is owed, with the events."""
    first = _due(bindparam("p_destino")).limit(bindparam("p_quota"))
    event = [select(one).where(Event.id == Delivery.event_id).correlate(Delivery).scalar_subquery() for one in CARRIED]
    return Prepared(ROWS.taking(first).returning(*event))


@cache
def rows(dialect: str, *, single: bool) -> Prepared:
    """Return the statement that takes what destinations are owed, the longest due first, each up to its quota.

    The quotas are rows; SQLite knows no limit that is a column, so there it is one for all (`p_quota`).
    """
    quotas = QUOTAS.table(dialect, single=single)
    due = _due(quotas.c.id)
    if dialect == "postgresql":
        first = due.limit(quotas.c.quota).with_for_update(skip_locked=True, key_share=True).lateral("vencidas")
        return Prepared(ROWS.taking(select(first.c.id).select_from(quotas.join(first, true())), locked=True))
    first_ids = due.limit(bindparam("p_quota")).correlate(quotas)
    return Prepared(ROWS.taking(select(Delivery.id).select_from(quotas).join(Delivery, Delivery.id.in_(first_ids))))


@cache
def firsts(dialect: str, *, single: bool) -> Prepared:
    """Return the statement that takes of each destination the first open row, if it is due.

    Where order counts a later row waits for the earlier one, also while that one waits for its next attempt.
    """
    quotas = QUOTAS.table(dialect, single=single)
    one = aliased(Delivery)
    # Not its bare number: by the order of numbers a database would walk the rows of all other destinations.
    first = select(func.min(one.id + 0)).where(one.destino_id == quotas.c.id, text(OPEN_SQL)).correlate(quotas)
    chosen = select(Delivery.id).select_from(quotas).join(Delivery, Delivery.id == first.scalar_subquery())
    return Prepared(ROWS.taking(chosen.where(ROWS.overdue(NOW))))


def quotas_of(wanted: Sequence[tuple[int, int]], dialect: Any) -> dict[str, Any]:
    """Return the parameters of these (destination, quota) pairs."""
    return QUOTAS.single(wanted[0]) if len(wanted) == 1 else QUOTAS.values(wanted, dialect)


def hints_of(destinos: Sequence[int], dialect: Any) -> dict[str, Any]:
    """Return the parameters of these destinations."""
    return HINTS.values([(one,) for one in destinos], dialect)
