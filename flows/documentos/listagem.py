"""A page of documents: in an order, by its number or by the key at which the last one ended, and the list's length."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from sqlalchemy import BigInteger, ClauseElement, ColumnElement, Executable, Row, Select, func, select, tuple_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.types import TypeEngine

from core.errors import NotFound, UsageError
from core.page import Counted
from storage.pages import LARGEST_INTEGER, LARGEST_KEY
from storage.types import Exact, Instant

T = TypeVar("T")
SIZE, MOST = 20, 100
# Above it a list is not counted any more where the database can estimate.
EXACT = 10_000
BETWEEN = "~"
NOWHERE = "O lugar de onde continuar não é de nenhuma lista."


@dataclass(frozen=True, kw_only=True)
class Pagina:
    """Which page is asked for: by its number, or what comes after the key `depois` of another; `-` turns the order."""

    ordering: str | None = None
    page: int = 1
    limit: int = SIZE
    depois: str | None = None


PRIMEIRA = Pagina()


@dataclass(frozen=True)
class Ordem:
    """An order of a list: what it goes by (never NULL, which every database puts elsewhere), then the row's number."""

    key: ColumnElement[Any]
    number: InstrumentedAttribute[int]
    falls: bool

    def by(self) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
        """Return it as the database takes it."""
        return (self.key.desc(), self.number.desc()) if self.falls else (self.key.asc(), self.number.asc())

    def after(self, last: tuple[Any, int]) -> ColumnElement[bool]:
        """Return the condition for what comes after a row."""
        place = tuple_(self.key, self.number)
        bound = tuple_(*last, types=[self.key.type, self.number.type])
        return place < bound if self.falls else place > bound


def ordem(ordering: str | None, keys: Mapping[str, Any], number: InstrumentedAttribute[int], usual: str) -> Ordem:
    """Return the order somebody asks for by a name, else the usual one; raise `UsageError` for an unknown one."""
    given = ordering or usual
    if given.removeprefix("-") not in keys:
        names = ", ".join(keys)
        raise UsageError(f"Ordem desconhecida: {given!r}. Há {names}, e cada uma com - na frente.", campo="ordering")
    return Ordem(keys[given.removeprefix("-")], number, given.startswith("-"))


def newest(ordering: str | None, key: str, column: Any, number: InstrumentedAttribute[int]) -> Ordem:
    """Return the order of a list that goes by one key alone, the newest first."""
    return ordem(ordering, {key: column}, number, f"-{key}")


def page(db: Session, query: Select[*tuple[Any, ...]], order: Ordem, asked: Pagina) -> Counted[Row[*tuple[Any, ...]]]:
    """Return the rows of a page, each with its number first; raise `NotFound` for a page that is not there."""
    _check(asked)
    count, exact = _count(db, query.with_only_columns(order.number))
    if asked.depois is None and exact and asked.page > 1 and (asked.page - 1) * asked.limit >= count:
        # told before the database skips over every row
        raise _absent(asked.page)
    placed = query.add_columns(order.key).order_by(*order.by())
    if asked.depois is not None:
        placed = placed.where(order.after(_key(asked.depois, order)))
    else:
        placed = placed.offset((asked.page - 1) * asked.limit)
    rows = db.execute(placed.limit(asked.limit + 1)).all()
    if not rows and asked.page > 1 and asked.depois is None:
        raise _absent(asked.page)
    shown = rows[: asked.limit]
    after = _cursor(shown[-1]) if len(rows) > asked.limit else None
    return Counted(tuple(shown), after, count, exact)


def sliced(every: Sequence[T], asked: Pagina) -> Counted[T]:
    """Return a page of what is at hand, in its own order, by its number alone."""
    _check(asked)
    if asked.ordering is not None:
        raise UsageError("Esta lista tem uma só ordem.", campo="ordering")
    begin = _place(asked.depois) if asked.depois is not None else (asked.page - 1) * asked.limit
    if begin >= len(every) and asked.page > 1:
        raise _absent(asked.page)
    shown = tuple(every[begin : begin + asked.limit])
    end = begin + len(shown)
    return Counted(shown, str(end) if end < len(every) else None, len(every))


def _place(depois: str) -> int:
    if not (depois.isascii() and depois.isdigit() and len(depois) < 10):
        raise UsageError(NOWHERE, campo="depois")
    return int(depois)


def _check(asked: Pagina) -> None:
    if not 1 <= asked.limit <= MOST:
        raise UsageError(f"Use de 1 a {MOST} por página.", campo="limit")
    if not 1 <= asked.page <= LARGEST_KEY // MOST:
        raise _absent(asked.page)


def _absent(number: int) -> NotFound:
    return NotFound(f"Não há a página {number}.", campo="page")


def _cursor(row: Row[*tuple[Any, ...]]) -> str:
    key = row[-1]
    return f"{key.isoformat() if isinstance(key, datetime) else key}{BETWEEN}{row[0]}"


def _key(depois: str, order: Ordem) -> tuple[Any, int]:
    """Return the place that a page ended at."""
    value, _, number = depois.rpartition(BETWEEN)
    try:
        key: Any = _read(value, order.key.type)
        found = (key, int(number))
    except (ValueError, OverflowError, InvalidOperation):
        found = None
    if found is None or abs(found[1]) > LARGEST_KEY:
        raise UsageError(NOWHERE, campo="depois")
    return found


def _read(text: str, kind: TypeEngine[Any]) -> Any:
    """Return a value as the column of an order has it; raise a fault of numbers or dates for what it cannot have."""
    if isinstance(kind, Instant):
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is None:
            raise ValueError(text)
        return instant.astimezone(UTC)
    value, largest = Decimal(text), LARGEST_KEY if isinstance(kind, Exact | BigInteger) else LARGEST_INTEGER
    if not value.is_finite() or abs(value) > largest:
        raise ValueError(text)
    return kind.checked(value) if isinstance(kind, Exact) else int(value)


class _Explained(Executable, ClauseElement):
    """What the planner of PostgreSQL thinks of a query."""

    inherit_cache = False

    def __init__(self, query: Select[*tuple[Any, ...]]) -> None:
        self.query = query


@compiles(_Explained, "postgresql")
def _explain(element: _Explained, compiler: Any, **how: Any) -> str:
    return f"EXPLAIN (FORMAT JSON) {compiler.process(element.query, **how)}"


def _count(db: Session, query: Select[*tuple[Any, ...]]) -> tuple[int, bool]:
    """Return how long a list is, and whether that is exact."""
    bounded = select(func.count()).select_from(query.limit(EXACT + 1).subquery())
    counted = db.scalar(bounded) or 0
    if counted <= EXACT:
        return counted, True
    if db.get_bind().dialect.name != "postgresql":
        # it keeps no figures of its own, and its rows are in this process
        return db.scalar(select(func.count()).select_from(query.subquery())) or 0, True
    plan = db.execute(_Explained(query)).scalar_one()
    found = json.loads(plan) if isinstance(plan, str) else plan
    return max(int(found[0]["Plan"]["Plan Rows"]), counted), False
