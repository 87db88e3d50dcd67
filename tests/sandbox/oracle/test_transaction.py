"""One session's transaction: it begins with the first change, and rows are held until it ends."""

import pytest
from support.ports import soon

from sandbox.oracle.errors import OracleError, cancelled
from tests.sandbox.oracle.rows import Rows

KEY, OTHER = ("FILA", 1), ("FILA", 2)
CHANGE = "UPDATE FILA SET STATUS = 'X' WHERE ID = 1"
STATUS = "SELECT STATUS FROM FILA WHERE ID = 1"


def test_a_session_is_open_from_its_first_change_or_row_to_its_end(linhas: Rows) -> None:
    one = linhas.session()
    assert not one.open
    one.take(KEY)
    assert one.open
    one.let_go(KEY)
    assert not one.open
    linhas.do(one, CHANGE)
    assert one.open
    one.commit()
    assert not one.open


@pytest.mark.parametrize(("how", "status"), [("commit", "X"), ("rollback", "PENDENTE"), ("close", "PENDENTE")])
def test_what_was_changed_is_kept_or_undone_and_rows_are_free(linhas: Rows, how: str, status: str) -> None:
    one, two = linhas.session(), linhas.session()
    linhas.do(one, CHANGE)
    one.take(OTHER)
    assert linhas.see(two, STATUS) == ["PENDENTE"]
    assert [two.take(key) for key in (KEY, OTHER)] == [False, False]
    getattr(one, how)()
    assert linhas.see(two, STATUS) == [status]
    assert [two.take(key) for key in (KEY, OTHER)] == [True, True]


def test_an_end_without_a_beginning_does_nothing(linhas: Rows) -> None:
    one = linhas.session()
    one.commit()
    one.rollback()
    assert not one.open


def test_a_row_is_waited_for_as_long_as_the_session_or_the_call_says(linhas: Rows) -> None:
    one, two = linhas.session(), linhas.session(wait=600)
    one.take(KEY)
    assert one.held_by_another(KEY) is False
    assert two.held_by_another(KEY) is True
    with soon():
        assert two.take(KEY, wait=0) is False
    one.commit()
    assert two.take(KEY) is True


def test_a_row_that_was_not_given_is_not_let_go_of_at_the_end(linhas: Rows) -> None:
    one, two, three = (linhas.session() for _ in range(3))
    one.take(KEY)
    two.take(KEY)
    two.commit()
    assert three.take(KEY) is False


def test_another_writer_is_waited_for_and_then_given_up(linhas: Rows) -> None:
    one, two = linhas.session(), linhas.session(wait=0.0)
    one.begin()
    with pytest.raises(OracleError, match="ORA-00060"):
        two.begin()
    one.commit()
    two.begin()
    assert two.open


def test_who_gives_up_while_another_writes_is_told_so(linhas: Rows) -> None:
    def give_up() -> None:
        raise cancelled()

    one, two = linhas.session(), linhas.session(wait=600, look=give_up)
    one.begin()
    with soon(), pytest.raises(OracleError, match="ORA-01013"):
        two.begin()
