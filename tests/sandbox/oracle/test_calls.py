"""What a driver asks for, read from its bytes: calls, cursors, binds and their values."""

import struct
from typing import Any

import pytest

from sandbox.oracle.calls import (
    COMMITS,
    DEFINED,
    FETCH,
    FETCHES,
    PIGGYBACK,
    REEXECUTE,
    REEXECUTE_AND_FETCH,
    UTF16_FORM,
    Bind,
    Call,
    Reader,
)
from sandbox.oracle.encoding import (
    BINARY_DOUBLE,
    DATE,
    NUMBER,
    RAW,
    TIMESTAMP,
    VARCHAR,
    Writer,
    date_bytes,
    number_bytes,
)
from sandbox.oracle.errors import OracleError
from tests.sandbox.oracle.wires import add, call, ends, execute, say

QUERY, CHANGE = "SELECT ID FROM T WHERE ID = :1", "UPDATE T SET A = :1 WHERE ID = :2"
TEXT, FIGURE = Bind(VARCHAR, 10, 1), Bind(NUMBER, 22, 0)
CLOSE_CURSORS, END_TO_END, SCHEMA = 105, 135, 152
PING = 147


def read(*messages: bytes | bytearray) -> tuple[Reader, list[Call]]:
    """Read a call from each message."""
    with ends() as (ours, theirs):
        say(theirs, *messages)
        reader = Reader(ours)
        return reader, [reader.call() for _ in messages]


@pytest.mark.parametrize(("function", "name"), [(14, "commit"), (15, "rollback"), (147, "ping"), (9, "logoff")])
def test_a_call_without_more_is_known_by_its_function(function: int, name: str) -> None:
    _, (found,) = read(call(function))
    assert (found.name, found.cursor) == (name, None)


@pytest.mark.parametrize("message", [call(200), Writer().u1(9).u1(94).u1(1), Writer().u1(PIGGYBACK).u1(200).u1(1)])
def test_what_nobody_knows_ends_the_session(message: Writer) -> None:
    with pytest.raises(ConnectionError):
        read(message)


def test_each_statement_has_a_cursor_of_its_own_that_is_named_afterwards() -> None:
    reader, (first, second, again) = read(execute(QUERY), execute("SELECT 1 FROM DUAL", fetch=5), execute(number=1))
    assert first.cursor is not None
    assert second.cursor is not None
    assert (first.cursor.number, second.cursor.number, second.fetch) == (1, 2, 5)
    assert again.cursor is first.cursor
    assert sorted(reader.cursors) == [1, 2]


def test_a_statement_that_oracle_refuses_is_read_to_its_end_and_keeps_its_fault() -> None:
    """Its binds come all the same, and the next call after them."""
    refused = execute("SELECT ID FROM T WHERE ID = :1 LIMIT 2", binds=[TEXT], rows=[[b"x"]])
    _, (found, ping) = read(refused, call(PING))
    assert found.cursor is not None
    assert found.cursor.fault is not None
    assert (found.cursor.fault.number, found.cursor.statement, found.rows) == (933, None, [["x"]])
    assert ping.name == "ping"


@pytest.mark.parametrize(
    ("bind", "raw", "value"),
    [
        (FIGURE, number_bytes(-12), -12),
        (FIGURE, number_bytes("1.5"), 1.5),
        (FIGURE, number_bytes(2**62), 2**62),
        (FIGURE, number_bytes(10**30), 1e30),
        (TEXT, "ação".encode(), "ação"),
        (TEXT, None, None),
        (Bind(VARCHAR, 10, UTF16_FORM), "ação".encode("utf-16-be"), "ação"),
        (Bind(DATE, 7, 0), date_bytes("2026-03-02 12:00:00", fraction=False), "2026-03-02 12:00:00"),
        (Bind(TIMESTAMP, 11, 0), date_bytes("2026-03-02 12:00:00.5", fraction=True), "2026-03-02 12:00:00.500000"),
        (Bind(RAW, 10, 0), b"\0\xff", b"\0\xff"),
        (Bind(BINARY_DOUBLE, 8, 0), bytes([0xBF, 0xF8, *bytes(6)]), 1.5),
    ],
)
def test_a_value_is_read_by_its_type(bind: Bind, raw: bytes | None, value: Any) -> None:
    _, (found,) = read(execute(QUERY, binds=[bind], rows=[[raw]]))
    assert found.rows == [[value]]


def test_a_double_below_zero_has_all_its_bits_turned() -> None:
    turned = bytes(~part & 0xFF for part in struct.pack(">d", -1.5))
    _, (found,) = read(execute(QUERY, binds=[Bind(BINARY_DOUBLE, 8, 0)], rows=[[turned]]))
    assert found.rows == [[-1.5]]


def test_a_type_that_is_not_known_here_is_told_by_its_number() -> None:
    with pytest.raises(OracleError, match=r"ORA-00932.*type 112"):
        read(execute(QUERY, binds=[Bind(112, 8, 0)], rows=[[b"x"]]))


def test_long_values_come_last_but_for_those_of_a_block() -> None:
    long = Bind(VARCHAR, 40_000, 1)
    _, (found, block) = read(
        execute(CHANGE, binds=[long, TEXT], rows=[[b"b", b"a"]]),
        execute("BEGIN NULL; END; -- :1 :2", binds=[long, TEXT], rows=[[b"a", b"b"]]),
    )
    assert (found.rows, block.rows) == ([["a", "b"]], [["a", "b"]])


def test_binds_that_take_values_back_bring_none() -> None:
    sql = "UPDATE T SET A = :1 RETURNING ID, B INTO :2, :3"
    _, (found,) = read(execute(sql, binds=[TEXT, FIGURE, TEXT], rows=[[b"x"]]))
    assert found.cursor is not None
    assert (found.rows, found.cursor.returned, found.cursor.given) == ([["x"]], 2, [TEXT])


def test_a_refused_statement_that_takes_values_back_is_read_as_one() -> None:
    sql = "UPDATE T SET A = :1 ORDER BY ID RETURNING ID INTO :2"
    _, (found, ping) = read(execute(sql, binds=[TEXT, FIGURE], rows=[[b"x"]]), call(PING))
    assert (found.rows, ping.name) == ([["x"]], "ping")


def test_an_array_has_a_row_for_each_time_and_a_query_one() -> None:
    _, (array, query) = read(
        execute(CHANGE, binds=[TEXT, FIGURE], rows=[[b"x", number_bytes(1)], [None, number_bytes(2)]], times=2),
        execute(QUERY, binds=[FIGURE], rows=[[number_bytes(1)]], times=7, counts=True),
    )
    assert (array.rows, array.times, array.counts) == ([["x", 1], [None, 2]], 2, False)
    assert (query.rows, query.times, query.counts) == ([[1]], 1, True)


def test_a_cursor_keeps_its_binds_until_its_columns_are_defined() -> None:
    row = [[number_bytes(1)]]
    _, (first, again, defined) = read(
        execute(QUERY, binds=[FIGURE], rows=row),
        add(call(REEXECUTE).ub(1).ub(1).ub(0).ub(0), [number_bytes(2)]),
        execute(number=1, options=DEFINED, defined=2),
    )
    assert (first.rows, again.rows, defined.rows) == ([[1]], [[2]], [])
    assert defined.cursor is first.cursor
    assert first.cursor is not None
    assert first.cursor.binds == []


@pytest.mark.parametrize(
    ("function", "flags", "options"),
    [
        (REEXECUTE, 0, 0),
        (REEXECUTE, 1, COMMITS),
        (REEXECUTE_AND_FETCH, 0, FETCHES),
        (REEXECUTE_AND_FETCH, 1, FETCHES | COMMITS),
    ],
)
def test_a_statement_runs_again_with_its_rows_and_options(function: int, flags: int, options: int) -> None:
    more = add(call(function).ub(1).ub(2).ub(0).ub(flags), [b"x", number_bytes(1)], [b"y", number_bytes(2)])
    _, (_, found) = read(execute(CHANGE, binds=[TEXT, FIGURE], rows=[[None, None]]), more)
    assert (found.name, found.options, found.times) == ("reexecute", options, 2)
    assert found.rows == [["x", 1], ["y", 2]]


def test_a_query_that_runs_again_fetches_so_many_rows() -> None:
    more = add(call(REEXECUTE_AND_FETCH).ub(1).ub(70).ub(0).ub(0), [number_bytes(9)])
    _, (_, found) = read(execute(QUERY, binds=[FIGURE], rows=[[number_bytes(1)]]), more)
    assert (found.fetch, found.times, found.rows) == (70, 1, [[9]])


def test_a_fetch_names_its_cursor_and_one_that_is_closed_is_none() -> None:
    closed = Writer().u1(PIGGYBACK).u1(CLOSE_CURSORS).u1(1).u1(1).ub(2).ub(1).ub(99)
    reader, (_, _, found, gone) = read(
        execute(QUERY), execute("SELECT 1 FROM DUAL"), call(FETCH).ub(2).ub(50), closed + call(FETCH).ub(1).ub(50)
    )
    assert found.cursor is reader.cursors[2]
    assert (found.fetch, gone.name, gone.cursor) == (50, "fetch", None)
    assert sorted(reader.cursors) == [2]


def end_to_end(**told: str | None) -> Writer:
    """Return what a session tells of itself; a name that is not told keeps what it was."""
    out = Writer().u1(PIGGYBACK).u1(END_TO_END).u1(1).u1(0).u1(0).ub(0)
    names = [told.get(name) for name in ("client", "module", "action")]
    for name in names:
        out.u1(name is not None).ub(len(name or ""))
    out.u1(0).ub(0).u1(0).ub(0)
    for length in (2, 0, 0, 3):
        out.u1(bool(length)).ub(length)
    for name in names:
        if name:
            out.chunks(name.encode())
    return out.chunks(b"xx").chunks(b"yyy")


def test_what_a_session_tells_of_itself_goes_before_a_call() -> None:
    first = end_to_end(client="loja-1", module="esteira", action="fila")
    reader, calls = read(first + call(PING), end_to_end(action="outra", module="") + call(PING))
    assert [one.name for one in calls] == ["ping", "ping"]
    assert reader.about == {"client": "loja-1", "module": "esteira", "action": "outra"}


def test_a_schema_that_is_chosen_is_passed_over() -> None:
    schema = Writer().u1(PIGGYBACK).u1(SCHEMA).u1(1).u1(0).text("HSM")
    _, (found,) = read(schema + call(PING))
    assert found.name == "ping"


def test_a_row_that_does_not_begin_as_one_ends_the_session() -> None:
    with pytest.raises(ConnectionError, match="no row"):
        read(execute(QUERY, binds=[FIGURE]).u1(9))
