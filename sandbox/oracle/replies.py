"""What the server answers: columns, rows, counts, and the block with the error that ends every answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.oracle.calls import Cursor
from sandbox.oracle.encoding import DATE, LONG, NUMBER, TEXTS, TIMESTAMP, VARCHAR, ZONED, Writer, column_bytes
from sandbox.oracle.errors import NO_MORE_ROWS, OracleError
from sandbox.oracle.logon import Pairs

ERROR, ROW_HEADER, ROW, PARAMETERS, END_OF_CALL, WARNING, COLUMNS = 4, 6, 7, 8, 9, 15, 16
CHARSET_UTF8, FORM_IMPLICIT = 873, 1
IN_TRANSACTION = 2
WIDTHS = {NUMBER: 22, DATE: 7, TIMESTAMP: 11, ZONED: 13}
FLOATING, FRACTION = -127, 6
Batch = Sequence[tuple[int, OracleError]]


@dataclass(frozen=True)
class Shown:
    """A column of a result as the driver expects it."""

    name: str
    kind: int
    size: int = 4000
    nullable: bool = True
    precision: int = 0
    scale: int = 0


def pairs(values: Pairs) -> Writer:
    """Return a message of the logon."""
    out = Writer().u1(PARAMETERS).ub(len(values))
    for name, (value, flags) in values.items():
        out.text(name).text(value).ub(flags)
    return out.u1(END_OF_CALL).ubs(0, 0)


def warning(number: int, said: str) -> Writer:
    """Return a warning, which goes before an answer."""
    text = f"ORA-{number:05d}: {said}".encode()
    return Writer().u1(WARNING).ubs(number, len(text), 0).chunks(text)


def columns(out: Writer, shown: Sequence[Shown]) -> None:
    """Add the description of a result."""
    out.u1(COLUMNS).chunks(bytes(4)).ub(1).ub(len(shown)).u1(0)
    for one in shown:
        out.u1(one.kind).u1(0).u1(one.precision).u1(one.scale).ub(WIDTHS.get(one.kind, one.size)).ubs(0, 0, 0, 0)
        out.ub(CHARSET_UTF8 if one.kind in (VARCHAR, 96) else 0).u1(FORM_IMPLICIT if one.kind in TEXTS else 0)
        out.ub(one.size if one.kind in (VARCHAR, 96) else 0).ub(0).u1(one.nullable)
        out.u1(len(one.name.encode())).text(one.name).ubs(0, 0, 0, 0)
    out.ubs(0, 0, 0, 0, 0, 0)


def value(out: Writer, given: object, kind: int) -> None:
    """Add one value of a row."""
    if given is None:
        out.u1(0)
    else:
        out.chunks(column_bytes(given, kind))


def rows(out: Writer, shown: Sequence[Shown], found: Sequence[Sequence[object]], asked: int) -> None:
    """Add the rows of a fetch."""
    if not found:
        return
    out.u1(ROW_HEADER).u1(0).ubs(0, 0, asked, 0, 0, 0)
    for row in found:
        out.u1(ROW)
        for given, one in zip(row, shown, strict=True):
            value(out, given, one.kind)
            if one.kind == LONG:
                out.sb(0).ub(0)


def returned(out: Writer, cursor: Cursor, found: Sequence[Sequence[object]]) -> None:
    """Add what a change gives back into binds."""
    out.u1(ROW)
    for place, bind in enumerate(cursor.binds[len(cursor.binds) - cursor.returned :]):
        out.ub(len(found))
        for row in found:
            value(out, row[place], bind.kind)
            out.sb(0)


def counts(out: Writer, changed: Sequence[int]) -> None:
    """Add how many rows each row of an array changed."""
    out.u1(PARAMETERS).ubs(0, 0, 0, 0, len(changed), *changed)


def end(
    out: Writer,
    *,
    cursor: Cursor | None = None,
    number: int = 0,
    text: str = "",
    count: int = 0,
    batch: Batch = (),
    in_transaction: bool = False,
) -> Writer:
    """Add the block that ends an answer."""
    out.u1(ERROR).ub(IN_TRANSACTION if in_transaction else 0).ubs(0, 0, number & 0xFFFF, 0, 0)
    out.ub(cursor.number if cursor else 0).sb(0)
    out.extend(bytes(6))
    # a row id, and what a server of this age leaves empty
    out.ubs(0, 0).u1(0).ubs(0, 0).ub(0).u1(0).u1(0).ubs(0, 0, 0)
    _batch(out, batch)
    out.ubs(number, count)
    return out.chunks(text.encode()) if number else out


def _batch(out: Writer, batch: Batch) -> None:
    """Add the errors of an array: their numbers, their places, their texts."""
    for values in ([error.number for _, error in batch], [place for place, _ in batch]):
        out.ub(len(values))
        if values:
            out.u1(len(values)).ubs(*values)
    out.ub(len(batch))
    if batch:
        out.u1(0)
        for _, error in batch:
            out.text(str(error))
            out.extend(b"\0\0")


def no_more(*, done: bool) -> tuple[int, str]:
    """Return number and text of the end of a result."""
    return (NO_MORE_ROWS, "ORA-01403: no data found") if done else (0, "")
