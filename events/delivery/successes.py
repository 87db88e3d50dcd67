"""A batch of successes for destinations that are well and on, as it mostly is: on PostgreSQL one statement writes it.

What follows from a success there is known beforehand, so nothing has to be read and judged in between. If anything is
otherwise the statement writes nothing, and the batch is written as any other (`events/delivery/settling.py`).
"""

from dataclasses import fields
from datetime import datetime
from functools import cache

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Table,
    and_,
    bindparam,
    case,
    exists,
    func,
    insert,
    not_,
    null,
    or_,
    select,
    true,
)

from claims.many import Many
from events.delivery.health import Health
from events.delivery.plan import Plan
from events.delivery.rows import ROWS, SLOTS
from events.delivery.settling import ATTEMPTS, attempt_row
from storage.direct import Direct, Prepared
from storage.models.eventos import Attempt, Estado
from storage.rows import table_of
from storage.types import Instant

ENDS = Many({name: table_of(Attempt).c[name] for name in ATTEMPTS.columns}, "fins")
PLACES = Many(
    {
        "id": SLOTS.table.c.id,
        "until": Column("until", Instant()),
        "keeps": Column("keeps", Boolean()),
        "last": Column("last", Instant()),
    },
    "vagas",
)
NOW = bindparam("p_now", type_=Instant())


def alone(plan: Plan) -> bool:
    """Tell whether all that a turn has to do is to write successes, and let go of what is idle."""
    if plan.last or plan.unsent or plan.slots or not plan.done:
        return False
    return all(one.delivered for one in plan.done) and not any(one.quota or one.probing for one in plan.held.values())


def write(on: Direct, token: str, plan: Plan, keep_until: datetime, now: datetime) -> set[int] | None:
    """Write them; return the rows that were still held. None, and nothing is written, if some destination is not well,
    or stopped or not held any more.
    """
    began = {one.owed.destino_id: one.made.started_at for one in plan.done if one.made}
    if began.keys() - plan.held.keys():
        return None
    places = [
        (
            number,
            one.due_at(now) if one.idle else keep_until,
            not one.idle,
            began.get(number),
        )
        for number, one in sorted(plan.held.items())
    ]
    ends = [list(attempt_row(one.owed, one.made).values()) for one in plan.done if one.made]
    values = ENDS.values(ends, on.dialect) | PLACES.values(places, on.dialect)
    found = on.run(_writing(), {**values, "p_token": token, "p_now": now, "p_amount": len(places)})
    return {number for (number,) in found if number is not None} if found else None


@cache
def _writing() -> Prepared:
    ends, places, slots = ENDS.table("postgresql"), PLACES.table("postgresql"), SLOTS.table
    well = (SLOTS.held_by("p_token"), *SLOTS.ready, _well(slots))
    mine = select(slots.c.id).where(slots.c.id.in_(select(places.c.id)), *well)
    # in the order of their numbers, as everybody locks them
    locked = mine.order_by(slots.c.id).with_for_update(key_share=True).cte("locked")
    found = select(func.count().label("amount")).select_from(locked).cte("found")
    fine = exists(select(1).select_from(found).where(found.c.amount == bindparam("p_amount", type_=BigInteger())))
    new = select(ends.c.delivery_id.label("id"), ends.c.number).where(fine).cte("new")
    written = ROWS.writing(
        new, at=NOW, estado=Estado.ENTREGUE.value, tentativas=new.c.number, finished_at=NOW, last_error=null()
    )
    rows = written.returning(ROWS.table.c.id, ROWS.table.c.destino_id).cte("written")
    made = select(*ends.c).join(rows, rows.c.id == ends.c.delivery_id).order_by(ends.c.delivery_id)
    attempts = insert(table_of(Attempt)).from_select(list(ENDS.types), made).cte("attempts")
    amounts = select(rows.c.destino_id, func.count().label("amount")).group_by(rows.c.destino_id).subquery("amounts")
    amount = func.coalesce(amounts.c.amount, 0).label("amount")
    each = select(places.c.id, places.c.until, places.c.keeps, places.c.last, amount)
    held = each.join(amounts, amounts.c.destino_id == places.c.id, isouter=True).where(fine).cte("held")
    served = SLOTS.writing(
        held,
        at=held.c.until,
        keep=held.c.keeps,
        servido_em=NOW,
        lento=and_(slots.c.lento, held.c.amount == 0),
        ultima_execucao=case((held.c.amount > 0, held.c.last), else_=slots.c.ultima_execucao),
        total_execucoes=slots.c.total_execucoes + held.c.amount,
    ).cte("served")
    return Prepared(select(rows.c.id).select_from(found.outerjoin(rows, true())).where(fine).add_cte(attempts, served))


def _well(slots: Table) -> ColumnElement[bool]:
    """Return the condition under which a success changes nothing of a destination's health."""
    unwell = (
        slots.c[one.name] != one.default if one.default is not None else slots.c[one.name].is_not(None)
        for one in fields(Health)
    )
    return not_(or_(*unwell))
