"""What the server answers, read back as a driver reads it: columns, rows, counts, and the block with the error."""

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.oracle import replies
from sandbox.oracle.calls import Bind, Cursor
from sandbox.oracle.encoding import DATE, LONG, NUMBER, TIMESTAMP, VARCHAR, Writer, date_text, number_value
from sandbox.oracle.errors import ERRORS_IN_ARRAY, NO_MORE_ROWS, OracleError
from sandbox.oracle.packets import Packets
from sandbox.oracle.replies import FLOATING, Shown
from tests.sandbox.oracle.wires import ends, say

END = 0x7F
TEXT, FIGURE = Shown("NOME", VARCHAR, 10), Shown("N", NUMBER, 22, scale=FLOATING)


@pytest.fixture
def driver() -> Iterator[Any]:
    """Return what takes an answer over a connection, for the driver to read; it ends with a byte of ours."""
    with ends() as (ours, theirs):

        def hear(answer: Writer) -> Packets:
            say(ours, answer.u1(END))
            return theirs

        yield hear


def numbers(read: Packets, amount: int) -> list[int]:
    return [read.ub() for _ in range(amount)]


def test_pairs_of_the_logon_are_told_with_their_flags(driver: Any) -> None:
    read = driver(replies.pairs({"AUTH_A": ("ção", 0), "AUTH_B": ("", 7)}))
    assert (read.u1(), read.ub()) == (replies.PARAMETERS, 2)
    assert (read.text(), read.text().decode(), read.ub()) == (b"AUTH_A", "ção", 0)
    assert (read.text(), read.text(), read.ub()) == (b"AUTH_B", b"", 7)
    assert (read.u1(), numbers(read, 2), read.u1()) == (replies.END_OF_CALL, [0, 0], END)


def test_a_warning_says_its_number_and_its_words(driver: Any) -> None:
    read = driver(replies.warning(28002, "the password will expire"))
    said = b"ORA-28002: the password will expire"
    assert (read.u1(), numbers(read, 3), read.chunks()) == (replies.WARNING, [28002, len(said), 0], said)
    assert read.u1() == END


def column(read: Packets) -> dict[str, Any]:
    kind = read.u1()
    read.skip("1")
    precision, scale, width = read.u1(), read.u1(), read.ub()
    read.skip("nnnn")
    charset, form, size, _, nullable = read.ub(), read.u1(), read.ub(), read.ub(), read.u1()
    read.skip("1")
    name = read.text().decode()
    read.skip("nnnn")
    figures = {"precision": precision, "scale": scale, "width": width, "size": size}
    return {"name": name, "kind": kind, "charset": charset, "form": form, "nullable": nullable} | figures


def test_columns_are_described_by_their_type(driver: Any) -> None:
    out = Writer()
    shown = [TEXT, Shown("VALOR", NUMBER, 22, False, 10, 2), Shown("AÇÃO", DATE), Shown("L", LONG, 4000)]
    replies.columns(out, shown)
    read = driver(out)
    assert (read.u1(), read.chunks(), read.ub(), read.ub(), read.u1()) == (replies.COLUMNS, bytes(4), 1, 4, 0)
    text, figure, day, long = (column(read) for _ in shown)
    assert text == {
        "name": "NOME",
        "kind": VARCHAR,
        "charset": 873,
        "form": 1,
        "nullable": 1,
        "precision": 0,
        "scale": 0,
        "width": 10,
        "size": 10,
    }
    assert (figure["precision"], figure["scale"], figure["width"], figure["nullable"]) == (10, 2, 22, 0)
    assert (figure["charset"], figure["form"], figure["size"]) == (0, 0, 0)
    assert (day["name"], day["width"]) == ("AÇÃO", 7)
    assert (long["form"], long["charset"], long["width"]) == (1, 0, 4000)
    assert (numbers(read, 6), read.u1()) == ([0] * 6, END)


def test_rows_are_values_in_the_order_of_their_columns(driver: Any) -> None:
    shown = [FIGURE, TEXT, Shown("D", DATE), Shown("T", TIMESTAMP), Shown("L", LONG)]
    instant = "2026-03-02 12:00:00.500000"
    out = Writer()
    replies.rows(out, shown, [(12, "ção", instant, instant, "longo"), (None,) * 5], 70)
    read = driver(out)
    assert (read.u1(), read.u1(), numbers(read, 6)) == (replies.ROW_HEADER, 0, [0, 0, 70, 0, 0, 0])
    assert read.u1() == replies.ROW
    assert (number_value(read.chunks()), read.chunks().decode()) == (12, "ção")
    assert (date_text(read.chunks()), date_text(read.chunks())) == ("2026-03-02 12:00:00", instant)
    assert (read.chunks(), numbers(read, 2)) == (b"longo", [0, 0])
    assert (read.u1(), [read.chunks() for _ in shown], numbers(read, 2)) == (replies.ROW, [None] * 5, [0, 0])
    assert read.u1() == END


def test_a_fetch_without_rows_says_nothing_of_them(driver: Any) -> None:
    out = Writer()
    replies.rows(out, [TEXT], [], 70)
    assert driver(out).u1() == END


def test_values_are_given_back_into_the_binds_that_take_them(driver: Any) -> None:
    cursor = Cursor(1, binds=[Bind(VARCHAR, 10, 1), Bind(NUMBER, 22, 0), Bind(VARCHAR, 10, 1)], returned=2)
    out = Writer()
    replies.returned(out, cursor, [(7, "a"), (8, None)])
    read = driver(out)
    assert (read.u1(), read.ub()) == (replies.ROW, 2)
    assert [(number_value(read.chunks()), read.ub()) for _ in range(2)] == [(7, 0), (8, 0)]
    assert (read.ub(), [(read.chunks(), read.ub()) for _ in range(2)]) == (2, [(b"a", 0), (None, 0)])
    assert read.u1() == END


def test_an_array_is_told_what_each_row_changed(driver: Any) -> None:
    out = Writer()
    replies.counts(out, [1, 0, 300])
    read = driver(out)
    assert (read.u1(), numbers(read, 4), numbers(read, 4)) == (replies.PARAMETERS, [0] * 4, [3, 1, 0, 300])
    assert read.u1() == END


def ended(read: Packets) -> dict[str, Any]:
    """Read the block that ends an answer."""
    assert read.u1() == replies.ERROR
    state, _, _, low, _, _, cursor, _ = numbers(read, 8)
    read.raw(6)
    read.skip("nn1nnn11nnn")
    errors = []
    for _ in range(2):
        count = read.ub()
        if count:
            read.skip("1")
        errors.append(numbers(read, count))
    texts = read.ub()
    if texts:
        read.skip("1")
    said = [(read.text().decode(), read.raw(2))[0] for _ in range(texts)]
    number, count = numbers(read, 2)
    text = (read.chunks() or b"").decode() if number else ""
    assert read.u1() == END
    batch = list(zip(*errors, said, strict=True))
    return {
        "state": state,
        "low": low,
        "cursor": cursor,
        "number": number,
        "count": count,
        "text": text,
        "batch": batch,
    }


def test_an_end_without_an_error_has_no_words(driver: Any) -> None:
    assert ended(driver(replies.end(Writer(), cursor=Cursor(5), count=3, in_transaction=True))) == {
        "state": replies.IN_TRANSACTION,
        "low": 0,
        "cursor": 5,
        "number": 0,
        "count": 3,
        "text": "",
        "batch": [],
    }


@pytest.mark.parametrize(("number", "low"), [(942, 942), (NO_MORE_ROWS, 1403), (70_000, 70_000 - 65_536)])
def test_an_error_is_told_by_its_number_where_it_has_room_and_in_words(driver: Any, number: int, low: int) -> None:
    found = ended(driver(replies.end(Writer(), number=number, text="ORA: não")))
    assert (found["number"], found["low"], found["text"]) == (number, low, "ORA: não")
    assert (found["state"], found["cursor"]) == (0, 0)


def test_the_errors_of_an_array_are_told_with_their_places(driver: Any) -> None:
    batch = [(1, OracleError(12899, "value too large")), (300, OracleError(1722, "invalid number"))]
    found = ended(driver(replies.end(Writer(), number=ERRORS_IN_ARRAY, text="x", batch=batch)))
    assert found["batch"] == [
        (12899, 1, "ORA-12899: value too large"),
        (1722, 300, "ORA-01722: invalid number"),
    ]


@pytest.mark.parametrize(("done", "told"), [(True, (1403, "ORA-01403: no data found")), (False, (0, ""))])
def test_the_end_of_a_result_is_told_as_an_error(done: bool, told: tuple[int, str]) -> None:
    assert replies.no_more(done=done) == told
