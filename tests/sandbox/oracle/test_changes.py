"""INSERT, UPDATE and DELETE: values are checked, rows are waited for, and what they became meanwhile counts."""

from collections.abc import Callable

import pytest
from support.ports import soon

from sandbox.oracle.changes import outer_condition
from sandbox.oracle.errors import OracleError
from sandbox.oracle.transaction import Transaction
from tests.sandbox.oracle.rows import Rows

LONG = "texto longo"


@pytest.mark.parametrize(
    ("sql", "values", "number"),
    [
        ("INSERT INTO FILA (ID_OS, MENSAGEM) VALUES (:1, :2)", (1, LONG), 12899),
        (f"INSERT INTO FILA (MENSAGEM) VALUES ('{LONG}')", (), 12899),
        ("INSERT INTO FILA (ID_OS, MENSAGEM) VALUES (:1, :2)", ("um", "x"), 1722),
        ("INSERT INTO FILA (ID_OS, MENSAGEM) VALUES (:1, :2)", (1, None), 1400),
        ("INSERT INTO FILA (ID, MENSAGEM) VALUES (:1, :2)", (9, "x"), 32795),
        ("INSERT INTO FILA (NADA) VALUES (:1)", (9,), 904),
        ("INSERT INTO NADA (ID) VALUES (1)", (), 942),
        ("UPDATE FILA SET MENSAGEM = :1 WHERE ID = 1", (LONG,), 12899),
        ("UPDATE FILA SET MENSAGEM = :1 WHERE ID = 1", (None,), 1407),
        ("UPDATE FILA SET ID_OS = 'um'", (), 1722),
        ("UPDATE FILA SET NADA = :1", (1,), 904),
        ("DELETE FROM NADA", (), 942),
    ],
)
def test_a_value_that_does_not_fit_is_refused_before_anything_changes(
    linhas: Rows, sql: str, values: tuple[object, ...], number: int
) -> None:
    session = linhas.session()
    with pytest.raises(OracleError) as refused:
        linhas.do(session, sql, *values)
    assert refused.value.number == number
    assert not session.open


@pytest.mark.parametrize(
    ("sql", "values", "count"),
    [
        ("UPDATE FILA SET MENSAGEM = 'x' WHERE STATUS = 'texto muito longo'", (), 0),
        ("UPDATE FILA SET STATUS = :1 WHERE ID_OS > :2", ("X", 2), 2),
        ("UPDATE FILA SET STATUS = UPPER('x')", (), 4),
        ("DELETE FROM FILA WHERE ID IN (1, 3)", (), 2),
        ("DELETE FROM FILA", (), 4),
        ("INSERT INTO FILA (MENSAGEM) SELECT MENSAGEM FROM FILA", (), 4),
        ("INSERT INTO FILA (MENSAGEM) VALUES (LOWER('X, Y'))", (), 1),
    ],
)
def test_a_change_tells_how_many_rows_it_changed(
    linhas: Rows, sql: str, values: tuple[object, ...], count: int
) -> None:
    session = linhas.session()
    assert linhas.do(session, sql, *values) == (count, [])


def test_a_change_gives_back_what_it_wrote(linhas: Rows) -> None:
    session = linhas.session()
    sql = "UPDATE FILA SET STATUS = 'X' WHERE ID_OS < :1 RETURNING ID, STATUS INTO :2, :3"
    assert linhas.do(session, sql, 3, None, None) == (2, [(1, "X"), (2, "X")])


def test_a_new_row_is_its_session_s_until_it_is_committed(linhas: Rows) -> None:
    one, two = linhas.session(), linhas.session()
    linhas.do(one, "INSERT INTO FILA (MENSAGEM) VALUES ('x')")
    assert two.held_by_another(("FILA", 5))
    one.commit()
    assert not two.held_by_another(("FILA", 5))


def test_a_row_that_another_has_is_a_deadlock_after_the_wait(linhas: Rows) -> None:
    one, two = linhas.session(), linhas.session(wait=0.0)
    one.take(("FILA", 2))
    assert linhas.do(two, "UPDATE FILA SET STATUS = 'X' WHERE ID = 1")[0] == 1
    with pytest.raises(OracleError, match="ORA-00060"):
        linhas.do(two, "UPDATE FILA SET STATUS = 'X' WHERE ID IN (1, 2)")


class Rival:
    """A session that holds a row, and lets it go, changed, as soon as somebody waits for it."""

    def __init__(self, linhas: Rows, change: str) -> None:
        self.session = linhas.session()
        self.session.take(("FILA", 1))
        self._end: Callable[[], object] = lambda: (linhas.do(self.session, change), self.session.commit())
        self.waited_for = 0

    def look(self) -> None:
        self.waited_for += 1
        if self.waited_for == 1:
            self._end()


DONE = "UPDATE FILA SET STATUS = 'PROCESSADO' WHERE ID = 1"


def waiting(linhas: Rows, change: str) -> tuple[Transaction, Rival]:
    rival = Rival(linhas, change)
    return linhas.session(wait=600, look=rival.look), rival


@pytest.mark.parametrize(
    ("where", "count"),
    [("STATUS = 'PENDENTE'", 3), ("ID = 1", 1), ("ID = 1 AND STATUS = 'PENDENTE'", 0)],
)
def test_a_statement_that_waited_begins_anew(linhas: Rows, where: str, count: int) -> None:
    session, rival = waiting(linhas, DONE)
    with soon():
        assert linhas.do(session, f"UPDATE FILA SET MENSAGEM = 'x' WHERE {where}")[0] == count
    assert rival.waited_for == 1


def test_a_statement_that_begins_anew_sees_rows_that_came_meanwhile(linhas: Rows) -> None:
    session, _ = waiting(linhas, "INSERT INTO FILA (MENSAGEM) VALUES ('nova')")
    with soon():
        assert linhas.do(session, "UPDATE FILA SET MENSAGEM = 'x' WHERE STATUS = 'PENDENTE'")[0] == 5


def test_rows_that_only_a_subselect_would_not_choose_again_are_changed_all_the_same(linhas: Rows) -> None:
    """So two claims of one row both succeed where the state stands in the subselect alone."""
    session, _ = waiting(linhas, DONE)
    chosen = "ID IN (SELECT ID FROM FILA WHERE STATUS = 'PENDENTE' AND ID = 1)"
    with soon():
        assert linhas.do(session, f"UPDATE FILA SET MENSAGEM = 'x' WHERE {chosen}")[0] == 1


def test_rows_for_which_the_outer_condition_holds_no_more_are_left(linhas: Rows) -> None:
    session, _ = waiting(linhas, DONE)
    chosen = "STATUS = 'PENDENTE' AND ID IN (SELECT ID FROM FILA WHERE STATUS = 'PENDENTE' AND ID < 3)"
    with soon():
        assert linhas.do(session, f"UPDATE FILA SET MENSAGEM = 'x' WHERE {chosen}")[0] == 1


@pytest.mark.parametrize(
    ("where", "outer"),
    [
        ("ID = 1", "ID = 1"),
        ("ID IN (1, 2)", "ID IN (1, 2)"),
        ("ID IN (SELECT ID FROM T)", "1=1"),
        ("A = 1 AND f.ID IN ( SELECT ID FROM T WHERE V IN (1, (2)) ) AND B = 2", "A = 1 AND 1=1 AND B = 2"),
        ("ID IN (SELECT 1 FROM T) OR V IN (SELECT 2 FROM T)", "1=1 OR 1=1"),
    ],
)
def test_a_condition_is_read_without_its_subselects(where: str, outer: str) -> None:
    assert outer_condition(where) == outer
