"""Rows one by one, locked as they are fetched; columns as the catalogue knows them, else as they look."""

from dataclasses import replace
from typing import Any

import pytest

from sandbox.oracle import queries
from sandbox.oracle.encoding import DATE, LONG, NUMBER, RAW, TIMESTAMP, VARCHAR
from sandbox.oracle.errors import OracleError
from sandbox.oracle.queries import describe, read
from sandbox.oracle.replies import FLOATING, FRACTION, Shown
from sandbox.oracle.statement import RowLock, parse
from tests.sandbox.oracle.rows import Rows, named

KEYS = [("FILA", number) for number in range(1, 5)]
CLAIM = "SELECT ID FROM FILA WHERE STATUS = 'PENDENTE' ORDER BY ID FOR UPDATE SKIP LOCKED"


def test_a_query_without_a_lock_holds_nothing(linhas: Rows) -> None:
    session = linhas.session()
    assert linhas.see(session, "SELECT ID FROM FILA WHERE ID_OS > :1 ORDER BY ID DESC", 2) == [4, 3]
    assert not session.open


def test_a_row_is_held_when_it_is_fetched_and_not_before(linhas: Rows) -> None:
    session, other = linhas.session(), linhas.session()
    found = read(session, parse(CLAIM), {})
    assert [next(found), next(found)] == [(1,), (2,)]
    assert [other.held_by_another(key) for key in KEYS] == [True, True, False, False]


def test_rows_that_another_has_are_skipped(linhas: Rows) -> None:
    one, two = linhas.session(), linhas.session()
    one.take(KEYS[0])
    one.take(KEYS[2])
    assert linhas.see(two, CLAIM) == [2, 4]


@pytest.mark.parametrize(("wait", "number"), [(0.0, 54), (0.01, 30006)])
def test_a_row_that_another_has_is_told_where_it_is_not_to_be_skipped(linhas: Rows, wait: float, number: int) -> None:
    one, two = linhas.session(), linhas.session()
    one.take(KEYS[0])
    statement = replace(parse("SELECT ID FROM FILA ORDER BY ID FOR UPDATE"), lock=RowLock("wait", wait))
    with pytest.raises(OracleError) as busy:
        next(read(two, statement, {}))
    assert busy.value.number == number


def test_a_row_that_fits_no_more_when_its_turn_comes_is_let_go(linhas: Rows) -> None:
    one, two = linhas.session(), linhas.session()
    found = read(one, parse(CLAIM), {})
    assert next(found) == (1,)
    linhas.do(two, "UPDATE FILA SET STATUS = 'X' WHERE ID = 2")
    two.commit()
    assert list(found) == [(3,), (4,)]
    assert not two.held_by_another(KEYS[1])


def test_a_row_is_given_as_it_is_when_its_turn_comes(linhas: Rows) -> None:
    one, two = linhas.session(), linhas.session()
    found = read(one, parse("SELECT ID, MENSAGEM FROM FILA ORDER BY ID FOR UPDATE"), {})
    next(found)
    linhas.do(two, "UPDATE FILA SET MENSAGEM = 'nova' WHERE ID = 2")
    two.commit()
    assert next(found) == (2, "nova")


@pytest.mark.parametrize("window", [1, 3, 4, 5])
def test_many_rows_are_read_a_few_at_a_time_and_all_of_them(
    linhas: Rows, monkeypatch: pytest.MonkeyPatch, window: int
) -> None:
    monkeypatch.setattr(queries, "FIRST_WINDOW", window)
    monkeypatch.setattr(queries, "WINDOW", window)
    session = linhas.session()
    assert linhas.see(session, CLAIM) == [1, 2, 3, 4]
    session.rollback()
    assert linhas.see(session, "SELECT ID FROM FILA WHERE ROWNUM <= 2 FOR UPDATE") == [1, 2]


def shown(linhas: Rows, sql: str, *values: Any) -> list[Shown]:
    return describe(linhas.session(), parse(sql), named(values))


def test_columns_are_those_of_the_catalogue(linhas: Rows) -> None:
    sql = "SELECT ID, ID_OS, MENSAGEM, STATUS, DT_CRIACAO, DT_RESERVA FROM FILA WHERE ID < 0"
    assert shown(linhas, sql) == [
        Shown("ID", NUMBER, 4000, scale=FLOATING),
        Shown("ID_OS", NUMBER, 10, precision=10),
        Shown("MENSAGEM", VARCHAR, 10, nullable=False),
        Shown("STATUS", VARCHAR, 20),
        Shown("DT_CRIACAO", DATE),
        Shown("DT_RESERVA", TIMESTAMP, 6, scale=FRACTION),
    ]


@pytest.mark.parametrize(
    ("expression", "name", "kind"),
    [
        ("f.ID", "ID", NUMBER),
        ("f.ID AS numero", "NUMERO", NUMBER),
        ('f.ID AS "numero"', "numero", NUMBER),
        ("CASE WHEN f.ID > 0 THEN f.DT_CRIACAO END AS quando", "QUANDO", DATE),
        ("COUNT(*)", "COUNT(*)", NUMBER),
        ("1 AS um", "UM", NUMBER),
        ("'x' AS letra", "LETRA", VARCHAR),
        ("SYSDATE AS hoje", "HOJE", DATE),
        ("SYSTIMESTAMP AS agora", "AGORA", TIMESTAMP),
        ("'2026-03-02 12:00:00' AS texto", "TEXTO", TIMESTAMP),
        ("NULL AS nada", "NADA", VARCHAR),
    ],
)
def test_an_expression_is_known_by_its_column_or_by_what_it_looks_like(
    linhas: Rows, expression: str, name: str, kind: int
) -> None:
    (one,) = shown(linhas, f"SELECT {expression} FROM FILA f")
    assert (one.name, one.kind) == (name, kind)


def test_a_count_of_no_rows_is_a_number(linhas: Rows) -> None:
    (one,) = shown(linhas, "SELECT MAX(ID_OS) FROM FILA WHERE ID < 0")
    assert one.kind == NUMBER


def test_long_texts_and_bytes_are_told_as_such(linhas: Rows) -> None:
    linhas.database.define(linhas.session().connection, "CREATE TABLE TUDO (L CLOB, R RAW(16))")
    assert [one.kind for one in shown(linhas, "SELECT L, R FROM TUDO")] == [LONG, RAW]
