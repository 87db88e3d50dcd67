"""Change the keys of a database: every secret is opened and sealed anew with the first key, while everybody works."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, Connection, LargeBinary, Table, inspect, select, type_coerce, update

from core.errors import Misconfigured
from core.text import plural
from storage import crypto, segredos
from storage.crypto import KeyRing
from storage.metadata import metadata
from storage.sealed import is_sealed
from storage.session import READ_ONLY, engine, explained

BATCH = 100
# Whoever wrote while a pass went by may have done it with the key of before; a pass that finds nothing ends it.
MOST_PASSES = 5
Place = tuple[Table, Column[Any]]


@dataclass
class Held:
    """How many secrets each key opens, by the key's name; `unreadable` are those that none does, by where they are."""

    by_key: Counter[str] = field(default_factory=Counter)
    unreadable: Counter[str] = field(default_factory=Counter)


@dataclass
class Rotated:
    """How many secrets were sealed anew, and how all of them stand then."""

    changed: int = 0
    held: Held = field(default_factory=Held)


def places() -> list[Place]:
    """Return every encrypted column there is."""
    tables = metadata().tables.values()
    return [(table, column) for table in tables for column in table.c if is_sealed(column)]


def held(ring: KeyRing | None = None) -> Held:
    """Count what each key of a ring opens; nothing is written."""
    with explained(), engine().execution_options(**{READ_ONLY: True}).connect() as connection:
        return held_by((ring or crypto.ring()).keys, connection)


def held_by(keys: Sequence[str], connection: Connection) -> Held:
    """Count what each of these keys opens in a database, which may be of an earlier version."""
    found, singles = Held(), [KeyRing([key]) for key in keys]
    there = inspect(connection)
    known = {table: {column["name"] for column in there.get_columns(table)} for table in there.get_table_names()}
    for table, column in places():
        if column.name in known.get(table.name, ()):
            for rows in _batches(connection, table, column):
                for _, value in rows:
                    _count(found, singles, value, f"{table.name}.{column.name}")
    return found


def needing(name: str) -> str:
    """Return what still needs a key, in words; nothing when it may go."""
    using = crypto.ring()
    secrets = held(using).by_key[name]
    if secrets:
        return plural(secrets, "segredo", "segredos")
    last = crypto.name_of(using.keys[-1]) == name
    return "as marcas, até a primeira rotação" if last and segredos.kept(using, segredos.MARKS) is None else ""


def rotate(ring: KeyRing | None = None) -> Rotated:
    """Seal everything with the first key. It may be stopped anywhere and begun again, and runs beside all others.

    What marks are made with is kept first: it was the last key, and marks outlive it.
    """
    using, done = ring or crypto.ring(), Rotated()
    keep_marks(using)
    with explained():
        for _ in range(MOST_PASSES):
            changed = sum(_pass(using, table, column) for table, column in places())
            done.changed += changed
            if not changed:
                break
    done.held = held(using)
    return done


def keep_marks(ring: KeyRing | None = None) -> None:
    """Note what marks are made with, while it is the last key still: one that comes behind it would be it otherwise."""
    using = ring or crypto.ring()
    with explained(), engine().begin() as connection:
        segredos.keep(connection, using, segredos.MARKS, using.marking)


def _pass(ring: KeyRing, table: Table, column: Column[Any]) -> int:
    singles, changed, last = _singles(ring), 0, 0
    while True:
        with engine().execution_options(**{READ_ONLY: True}).connect() as connection:
            rows = _after(connection, table, column, last)
        if not rows:
            return changed
        last = rows[-1][0]
        old = [(number, value) for number, value in rows if _opens(singles, value) > 0]
        if old:
            changed += _sealed_anew(ring, table, column, old)


def _sealed_anew(ring: KeyRing, table: Table, column: Column[Any], rows: Sequence[tuple[int, bytes]]) -> int:
    """Write a batch; a value that somebody else changed meanwhile stays as that one wrote it."""
    raw = type_coerce(column, LargeBinary)
    with engine().begin() as connection:
        return sum(
            connection.execute(
                update(table)
                .where(table.c.id == number, raw == value)
                .values({column: type_coerce(ring.seal(ring.unseal(value)), LargeBinary)})
            ).rowcount
            for number, value in rows
        )


def _batches(connection: Connection, table: Table, column: Column[Any]) -> Iterator[Sequence[tuple[int, bytes]]]:
    last = 0
    while rows := _after(connection, table, column, last):
        last = rows[-1][0]
        yield rows


def _after(connection: Connection, table: Table, column: Column[Any], last: int) -> list[tuple[int, bytes]]:
    raw = type_coerce(column, LargeBinary).label("sealed")
    chosen = select(table.c.id, raw).where(table.c.id > last, column.is_not(None)).order_by(table.c.id).limit(BATCH)
    return [(number, bytes(value)) for number, value in connection.execute(chosen)]


def _singles(ring: KeyRing) -> list[KeyRing]:
    return [KeyRing([key]) for key in ring.keys]


def _opens(singles: Sequence[KeyRing], value: bytes) -> int:
    """Return which key opens a value, counted from the first; -1 when none does."""
    for place, single in enumerate(singles):
        try:
            single.unseal(value)
        except Misconfigured:
            continue
        return place
    return -1


def _count(found: Held, singles: Sequence[KeyRing], value: bytes, where: str) -> None:
    place = _opens(singles, value)
    if place < 0:
        found.unreadable[where] += 1
    else:
        found.by_key[crypto.name_of(singles[place].keys[0])] += 1
