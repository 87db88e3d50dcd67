"""Write the outcomes of many destinations at once, and all that follows from those that were still held."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from claims.many import Adding, Many
from core.text import fitting
from events.delivery import telling
from events.delivery.health import Change, End, Health
from events.delivery.kind import Made, kinds
from events.delivery.plan import Done, Held
from events.delivery.rows import ROWS, SLOTS, Destination, Owed, RowOutcome, SlotOutcome, as_kinds_see, sealed
from storage.direct import Direct, Prepared
from storage.models.destinos import Destino
from storage.models.eventos import Attempt, Estado
from storage.rows import table_of

ATTEMPTS = Adding(
    table_of(Attempt),
    *("delivery_id", "number", "started_at", "duration_ms", "outcome", "status_code", "address", "response", "error"),
)
HEALTH = tuple(one.name for one in fields(Health))
DESTINATIONS = Many({"id": SLOTS.table.c.id}, "destinos")


class State(NamedTuple):
    """What a slot's row says of its destination's past, and whether it may be served still (`ready`)."""

    id: int
    tipo: str
    nome: str
    lento: bool
    ultima_execucao: datetime | None
    total_execucoes: int
    total_erros: int
    falhas_seguidas: int
    falhas_novas: int
    falhando_desde: datetime | None
    avisado_em: datetime | None
    circuito_espera: int
    ready: bool


@dataclass
class Slot:
    """A slot that is still held, as its row is to become."""

    row: State
    held: Held
    health: Health
    lento: bool
    ultima_execucao: datetime | None
    total_execucoes: int
    total_erros: int
    off: bool = False


def settle(
    on: Direct, token: str, held: Mapping[int, Held], done: Sequence[Done], now: datetime
) -> tuple[dict[int, Slot], set[int]]:
    """Write outcomes and their attempts; return the slots that are still held and the rows that were.

    Events follow only for rows that were still held, of destinations whose slot still is.
    """
    slots = read(on, token, held)
    kept = ROWS.on(on).settle(token, [_row(one, now) for one in done])
    mine = [one for one in done if one.owed.id in kept]
    ATTEMPTS.add(on, [attempt_row(one.owed, one.made) for one in mine if one.made])
    by_slot: defaultdict[int, list[Done]] = defaultdict(list)
    for one in mine:
        by_slot[one.owed.destino_id].append(one)
    for number, slot in slots.items():
        if number in by_slot:
            _judge(on, slots, slot, by_slot[number], now)
    return slots, kept


def write(
    on: Direct, token: str, slots: Collection[Slot], free: Collection[int], keep_until: datetime, now: datetime
) -> None:
    """Write what became of these slots; let go of some, hold on to the others."""
    freed = [_slot(one, _free_at(one, now), now) for one in slots if one.row.id in free]
    kept = [_slot(one, keep_until, now) for one in slots if one.row.id not in free]
    SLOTS.on(on).settle(token, freed)
    SLOTS.on(on).keep(token, kept)


def read(on: Direct, token: str, held: Mapping[int, Held]) -> dict[int, Slot]:
    """Return the slots of these that are still held, locked."""
    if not held:
        return {}
    numbers, single = [(number,) for number in sorted(held)], len(held) == 1
    which = DESTINATIONS.single(numbers[0]) if single else DESTINATIONS.values(numbers, on.dialect)
    found = map(State._make, on.run(_reading(on.dialect.name, single=single), {**which, "p_token": token}))
    return {
        row.id: Slot(
            row,
            held[row.id],
            Health(**{name: getattr(row, name) for name in HEALTH}),
            row.lento,
            row.ultima_execucao,
            row.total_execucoes,
            row.total_erros,
        )
        for row in found
    }


@cache
def _reading(dialect: str, *, single: bool) -> Prepared:
    wanted = DESTINATIONS.table(dialect, single=single)
    return Prepared(
        select(*(SLOTS.table.c[name] for name in State._fields if name != "ready"), and_(*SLOTS.ready).label("ready"))
        .where(SLOTS.table.c.id.in_(select(wanted.c.id)), SLOTS.held_by("p_token"))
        # Everybody locks destinations in the order of their numbers, so that nobody waits in a circle.
        .order_by(SLOTS.table.c.id)
        .with_for_update(key_share=True, of=SLOTS.table)
    )


def _judge(on: Direct, slots: Mapping[int, Slot], slot: Slot, done: Sequence[Done], now: datetime) -> None:
    """Bring counters and health up to date, switch off what has to be, and tell the changes."""
    _count(slot, done)
    ends = [one.end for one in done if one.requested]
    slot.health, changes = slot.health.after(ends, now, probing=slot.held.probing)
    told = telling.About(slot.row.id, slot.row.tipo, slot.row.nome)
    for one in done:
        if one.estado is Estado.ESGOTADO and one.made:
            telling.exhausted(on.db, told, one.owed, one.made.outcome)
    gone = next((one.made.outcome for one in done if one.made and one.made.outcome.switch_off), None)
    if slot.off:
        return
    if gone or Change.DESLIGADO in changes:
        also = _with_the_same_credential(on.db, slot) if gone and gone.credential else []
        for about in (told, *also):
            if about.destino_id in slots:
                slots[about.destino_id].off = True
        telling.switch_off(on.db, [told, *also], gone.text if gone else "sem nenhum sucesso há cinco dias", now)
    elif Change.FALHANDO in changes:
        telling.failing(on.db, told, slot.health.falhando_desde)
    if Change.RECUPERADO in changes:
        telling.recovered(on.db, told)


def _with_the_same_credential(db: Session, slot: Slot) -> list[telling.About]:
    """Return the other destinations that would be refused just the same."""
    kind = kinds()[slot.row.tipo]
    refused = kind.credential(as_kinds_see(slot.held.destination))
    others = select(*SLOTS.columns).where(Destino.tipo == slot.row.tipo, Destino.id != slot.row.id, *SLOTS.ready)
    found = (Destination(*one) for one in db.execute(others.order_by(Destino.id)))
    return [
        telling.About(one.id, one.tipo, one.nome)
        for one in found
        if refused is not None and not sealed(one) and kind.credential(as_kinds_see(one)) == refused
    ]


def shut(on: Direct, token: str, held: Mapping[int, Held], now: datetime) -> None:
    """Let go of slots whose secrets no key opens: nothing is sent, and each failed once more.

    What they are owed waits as it is, however long that is: the key may come back.
    """
    slots = read(on, token, held)
    for slot in slots.values():
        slot.health, changes = slot.health.after([End(delivered=False, novo=True)], now, probing=slot.held.probing)
        if Change.FALHANDO in changes:
            about = telling.About(slot.row.id, slot.row.tipo, slot.row.nome)
            telling.failing(on.db, about, slot.health.falhando_desde)
    write(on, token, slots.values(), slots, now, now)


def _count(slot: Slot, done: Sequence[Done]) -> None:
    """Keep the destination's counters and its place in the fast or the slow queue."""
    made = [one.made for one in done if one.made]
    if made:
        slot.ultima_execucao = made[-1].started_at
    slot.total_execucoes += sum(one.estado is not Estado.PENDENTE for one in done)
    slot.total_erros += sum(one.estado in (Estado.ESGOTADO, Estado.BLOQUEADO) for one in done)
    speaking = [one.outcome for one in made if one.outcome.delivered or one.outcome.slow]
    if speaking:
        slot.lento = speaking[-1].slow


def _free_at(slot: Slot, now: datetime) -> datetime:
    """Return when somebody may look again: at the next probe's time, or when the bucket has a token."""
    if slot.health.open:
        return now + timedelta(seconds=slot.health.circuito_espera)
    return slot.held.due_at(now)


def _slot(slot: Slot, due_at: datetime, now: datetime) -> SlotOutcome:
    return SlotOutcome(
        slot.row.id,
        due_at,
        now,
        slot.lento,
        slot.ultima_execucao,
        slot.total_execucoes,
        slot.total_erros,
        # `asdict` copies each value deeply
        **{name: getattr(slot.health, name) for name in HEALTH},
    )


def _row(one: Done, now: datetime) -> RowOutcome:
    text = reason_kept(one.outcome.text) if one.outcome and not one.outcome.delivered else None
    finished = None if one.estado is Estado.PENDENTE else now
    return RowOutcome(one.owed.id, one.due_at, one.estado, one.owed.tentativas + one.requested, finished, text)


def attempt_row(owed: Owed, made: Made) -> dict[str, object]:
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
        "error": None if made.outcome.delivered else reason_kept(made.outcome.text),
    }


def reason_kept(text: str) -> str:
    """Return what a row takes of a text: an outcome that cannot be written would be made again and again."""
    return fitting(text, telling.REASON_LENGTH)
