"""Claim what is owed, in the transaction of a turn: slots, tokens, rows, and the bodies of their events."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, bindparam, case, func, select

from claims import bucket
from claims.bucket import Bucket
from claims.lease import lease_seconds
from claims.many import Many
from events.delivery import choosing
from events.delivery.plan import Held
from events.delivery.rows import ROWS, SLOT_SECONDS, SLOTS, Claimed, Destination, Owed
from storage.direct import Direct, Prepared, Row
from storage.models.eventos import Event
from storage.rows import table_of

# One turn takes bodies of at most so many bytes; what is beyond goes back.
BYTES = 16 * 1024 * 1024
Body = tuple[str, str, bytes, str | None]
_WIDTH = len(fields(Destination))
_SIZE = func.sum(func.length(Event.corpo)).over(order_by=Event.id)
EVENTS = Many({"id": table_of(Event).c.id}, "eventos")


def slots(
    on: Direct, token: str, tasks: frozenset[str] | None, hints: frozenset[int] | None, limit: int, now: datetime
) -> Sequence[Destination]:
    """Take the slots of at most so many waiting destinations, tenants in turn."""
    if limit <= 0 or (hints is not None and not hints):
        return []
    if hints is not None and len(hints) == 1:
        (number,) = hints
        return SLOTS.on(on).take(choosing.single(tasks), now, SLOT_SECONDS, token, p_destino=number)
    values: dict[str, Any] = {"p_limit": limit, "p_candidates": choosing.CANDIDATES * limit}
    if hints is not None:
        values |= choosing.hints_of(sorted(hints), on.dialect)
    taking = choosing.slots(tasks, on.dialect.name, hinted=hints is not None)
    return SLOTS.on(on).take(taking, now, SLOT_SECONDS, token, **values)


def whole(
    on: Direct, token: str, tasks: frozenset[str] | None, number: int, timeout: float, quota: int, now: datetime
) -> tuple[Destination, list[Owed]] | None:
    """Take on PostgreSQL in one statement a destination without limits and its first rows; none if it is not so."""
    values = {
        "p_destino": number,
        "p_timeout": timeout,
        "p_quota": quota,
        "p_bytes": BYTES // quota,
        "p_now": now,
        "p_token": token,
        "p_until": now + timedelta(seconds=SLOT_SECONDS),
        "p_until_rows": now + timedelta(seconds=lease_seconds(timeout)),
    }
    lines = on.run(choosing.whole(tasks), values)
    if not lines:
        return None
    return Destination(*lines[0][:_WIDTH]), _with_events(on, token, [one[_WIDTH:] for one in lines], now)


def owed(on: Direct, token: str, wanted: Mapping[int, int], held: Mapping[int, Held], now: datetime) -> list[Owed]:
    """Take what these destinations are owed, each up to its quota, and read the events."""
    if len(wanted) == 1 and on.dialect.name == "sqlite":
        ((number, quota),) = wanted.items()
        one = held[number].destination
        if not one.ordem_estrita:
            return _carried(on, token, one, quota, now)
    return bodies(on, token, rows(on, token, wanted, held, now), now) if wanted else []


def _carried(on: Direct, token: str, one: Destination, quota: int, now: datetime) -> list[Owed]:
    values = {
        "p_destino": one.id,
        "p_quota": quota,
        "p_bytes": BYTES // quota,
        "p_now": now,
        "p_token": token,
        "p_until": now + timedelta(seconds=lease_seconds(one.timeout)),
    }
    return _with_events(on, token, on.run(choosing.carried(), values), now)


def _with_events(on: Direct, token: str, lines: Sequence[Row], now: datetime) -> list[Owed]:
    """Return the rows of these lines, each with its event; the bodies that were too large are read by themselves."""
    found, large = list[Owed](), list[Claimed]()
    for number, destino_id, event_id, tentativas, created_at, until, message_id, nome, corpo, origem in lines:
        if number is None:
            continue
        if corpo is None:
            large.append(Claimed(number, destino_id, event_id, tentativas, created_at, until))
        else:
            carried = (message_id, nome, bytes(corpo), origem)
            found.append(Owed(number, destino_id, tentativas, created_at, until, *carried))
    return sorted(found + bodies(on, token, large, now), key=lambda owed: owed.id)


class Tokens:
    """The tokens of one turn: taken for all destinations at once, dealt in turns, and those not used given back."""

    def __init__(self, on: Direct, now: datetime) -> None:
        self._on, self._now = on, now
        self._left: dict[Bucket, int] = {}
        self.wait: dict[Bucket, float] = {}

    def deal(self, wanted: Mapping[int, int], buckets: Mapping[int, tuple[Bucket, ...]]) -> dict[int, int]:
        """Return how many rows each destination may take, one each in turn, as far as its buckets go."""
        total: defaultdict[Bucket, int] = defaultdict(int)
        for number, want in wanted.items():
            for one in buckets[number]:
                total[one] += want
        if not total:
            return dict(wanted)
        granted = bucket.take(self._on.db, total, self._now)
        self._left = {one: granted[one].tokens for one in total}
        self.wait = {one: granted[one].wait for one in total}
        dealt = {number: 0 if buckets[number] else want for number, want in wanted.items()}
        asking = [number for number in wanted if buckets[number]]
        while asking:
            asking = [
                number for number in asking if dealt[number] < wanted[number] and self._draw(buckets[number])
                and dealt.update({number: dealt[number] + 1}) is None
            ]  # fmt: skip
        return dealt

    def _draw(self, buckets: Iterable[Bucket]) -> bool:
        if not all(self._left[one] for one in buckets):
            return False
        for one in buckets:
            self._left[one] -= 1
        return True

    def unused(self, buckets: Iterable[Bucket], amount: int) -> None:
        """Note tokens that were dealt and found no row."""
        for one in buckets:
            self._left[one] = self._left.get(one, 0) + amount

    def give_back(self) -> None:
        """Return what nobody used."""
        if any(self._left.values()):
            bucket.give_back(self._on.db, self._left, self._now)
        self._left = {}

    def wait_for(self, buckets: Iterable[Bucket]) -> float:
        """Return the seconds until each of these buckets has a token again."""
        return max((self.wait.get(one, 0.0) for one in buckets), default=0.0)


def rows(on: Direct, token: str, wanted: Mapping[int, int], held: Mapping[int, Held], now: datetime) -> list[Claimed]:
    """Take what these destinations are owed, each up to its quota."""
    dialect = on.dialect
    seconds = lease_seconds(max((held[number].destination.timeout for number in wanted), default=0.0))
    strict = [(number, 1) for number in wanted if held[number].destination.ordem_estrita]
    others = [(number, quota) for number, quota in wanted.items() if not held[number].destination.ordem_estrita]
    found: list[Claimed] = []
    if strict:
        values = choosing.quotas_of(strict, dialect)
        found += ROWS.on(on).take(choosing.firsts(dialect.name, single=len(strict) == 1), now, seconds, token, **values)
    for quota, batch in _batches(others, dialect.name):
        values = choosing.quotas_of(batch, dialect) | quota
        found += ROWS.on(on).take(choosing.rows(dialect.name, single=len(batch) == 1), now, seconds, token, **values)
    return found


def _batches(wanted: list[tuple[int, int]], dialect: str) -> list[tuple[dict[str, int], list[tuple[int, int]]]]:
    """Return the quotas that go into one statement: all of them, or those that are alike."""
    if dialect == "postgresql":
        return [({}, wanted)] if wanted else []
    alike: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for number, quota in wanted:
        alike[quota].append((number, quota))
    return [({"p_quota": quota}, batch) for quota, batch in alike.items()]


def bodies(on: Direct, token: str, found: Sequence[Claimed], now: datetime) -> list[Owed]:
    """Read the events of these rows, each once; rows whose bodies do not fit go back."""
    if not found:
        return []
    ids = [(number,) for number in sorted({one.event_id for one in found})]
    single = len(ids) == 1
    values = EVENTS.single(ids[0]) if single else EVENTS.values(ids, on.dialect)
    read = on.run(_bodies(on.dialect.name, single=single), {**values, "p_bytes": BYTES})
    known: dict[int, Body] = {
        number: (message_id, nome, bytes(corpo), origem)
        for number, message_id, nome, corpo, origem in read
        if corpo is not None
    }
    ROWS.on(on).give_back(token, [one.id for one in found if one.event_id not in known], now)
    return [
        Owed(one.id, one.destino_id, one.tentativas, one.created_at, one.due_at, *known[one.event_id])
        for one in found
        if one.event_id in known
    ]


@cache
def _bodies(dialect: str, *, single: bool) -> Prepared:
    fitting = case((bindparam("p_bytes", type_=BigInteger()) >= _SIZE, Event.corpo)).label("corpo")
    wanted = EVENTS.table(dialect, single=single)
    return Prepared(
        select(Event.id, Event.message_id, Event.nome, fitting, Event.origem).join(wanted, wanted.c.id == Event.id)
    )
