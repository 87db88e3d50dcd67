"""What other databases accept and Oracle does not, and what stands beside it that Oracle does accept."""

import pytest

from sandbox.oracle.errors import OracleError
from sandbox.oracle.refusals import refuse
from sandbox.oracle.statement import keyword_of
from sandbox.oracle.text import bare


def number(sql: str) -> int | None:
    """Return the number with which a statement is refused."""
    try:
        refuse(keyword_of(sql), bare(sql))
    except OracleError as error:
        return error.number
    return None


def numbers(amount: int) -> str:
    return ", ".join(["1"] * amount)


@pytest.mark.parametrize(
    ("refused", "told", "accepted"),
    [
        ("SELECT id FROM t;", 933, "SELECT ';' FROM t"),
        ("SELECT id FROM t LIMIT 2", 933, "SELECT limit FROM t"),
        ("SELECT id FROM t LIMIT :n", 933, "SELECT 'LIMIT 2' FROM t"),
        ("INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING", 933, "INSERT INTO t VALUES ('ON CONFLICT')"),
        ("UPDATE t SET v = 1 ORDER BY id", 933, "UPDATE t SET v = (SELECT v FROM u ORDER BY id)"),
        ("DELETE FROM t FETCH FIRST 1 ROWS ONLY", 933, "SELECT id FROM t FETCH FIRST 1 ROWS ONLY"),
        (
            "SELECT id FROM t FETCH FIRST 1 ROWS ONLY FOR UPDATE",
            2014,
            "SELECT id FROM t WHERE id IN (SELECT id FROM u FETCH FIRST 1 ROWS ONLY) FOR UPDATE",
        ),
        ("SELECT id FROM t OFFSET 1 ROWS FETCH NEXT 1 ROWS ONLY FOR UPDATE", 2014, "SELECT id FROM t FOR UPDATE"),
        ("SELECT DISTINCT id FROM t FOR UPDATE", 2014, "SELECT DISTINCT id FROM t"),
        ("SELECT v FROM t GROUP BY v FOR UPDATE", 2014, "SELECT v FROM t GROUP BY v"),
        ("SELECT id FROM (SELECT id FROM t) FOR UPDATE", 2014, "SELECT id FROM (SELECT id FROM t)"),
        ("SELECT 1", 923, "SELECT 1 FROM DUAL"),
        ("DELETE FROM t RETURNING id", 925, "DELETE FROM t RETURNING id INTO :x"),
        (f"SELECT id FROM t WHERE id IN ({numbers(1001)})", 1795, f"SELECT id FROM t WHERE id IN ({numbers(1000)})"),
    ],
)
def test_a_shape_is_refused_and_its_neighbour_is_not(refused: str, told: int, accepted: str) -> None:
    assert (number(refused), number(accepted)) == (told, None)


@pytest.mark.parametrize("sql", ["CREATE TABLE t (id NUMBER);", "ALTER TABLE t ADD (v NUMBER)", ""])
def test_what_neither_reads_nor_writes_rows_is_not_looked_at(sql: str) -> None:
    assert number(sql) is None
