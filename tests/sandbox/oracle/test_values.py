"""Values go there and come back as the driver's users know them."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import oracledb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.oracle.encoding import date_bytes, date_text, instant_text, number_bytes, number_value

Connect = Callable[[], oracledb.Connection]


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**20), max_value=10**20))
def test_a_number_is_read_as_it_was_written(value: Decimal) -> None:
    assert Decimal(number_value(number_bytes(value))) == value


@given(st.datetimes(min_value=datetime(1, 1, 1), max_value=datetime(9999, 12, 31)))  # noqa: DTZ001
def test_an_instant_is_read_as_it_was_written(at: datetime) -> None:
    text = instant_text(at)
    assert date_text(date_bytes(text, fraction=True)) == text


@pytest.fixture
def tudo(connect: Connect) -> oracledb.Connection:
    connection = connect()
    connection.cursor().execute(
        "CREATE TABLE TUDO (N NUMBER, D NUMBER(10,2), T VARCHAR2(100), L CLOB, DT DATE, TS TIMESTAMP(6))"
    )
    return connection


@pytest.mark.parametrize(
    ("column", "value", "read"),
    [
        ("N", 0, 0),
        ("N", -12_345, -12_345),
        ("N", 2**62, 2**62),
        ("D", 1234.56, 1234.56),
        ("T", "ação 🚚", "ação 🚚"),
        ("T", "", None),
        ("L", "ç" * 4000, "ç" * 4000),
        ("DT", datetime(2026, 2, 3, 4, 5, 6), datetime(2026, 2, 3, 4, 5, 6)),  # noqa: DTZ001
        ("TS", datetime(2026, 2, 3, 4, 5, 6, 789), datetime(2026, 2, 3, 4, 5, 6, 789)),  # noqa: DTZ001
        ("N", None, None),
    ],
)
def test_a_value_comes_back(tudo: oracledb.Connection, column: str, value: Any, read: Any) -> None:
    cursor = tudo.cursor()
    if column == "TS":
        cursor.setinputsizes(oracledb.DB_TYPE_TIMESTAMP)
    cursor.execute(f"INSERT INTO TUDO ({column}) VALUES (:1)", [value])
    cursor.execute(f"SELECT {column} FROM TUDO")
    assert cursor.fetchone() == (read,)


def test_many_rows_come_in_many_fetches(fila: oracledb.Connection) -> None:
    cursor = fila.cursor()
    rows = [(number, "x" * 40) for number in range(1000)]
    cursor.executemany("INSERT INTO HSM_FILA_NOTIFICACAO (ID_OS, MENSAGEM) VALUES (:1, :2)", rows)
    cursor.arraysize = 70
    cursor.execute("SELECT ID_OS FROM HSM_FILA_NOTIFICACAO WHERE ID > 6 ORDER BY ID")
    assert [row[0] for row in cursor] == list(range(1000))


def test_a_date_before_christ_counts_down_from_a_hundred() -> None:
    assert date_bytes("-4712-01-02 00:00:00", fraction=False) == bytes([53, 88, 1, 2, 1, 1, 1])


@pytest.mark.parametrize("rows", ["", "WHERE ID < 0"])
def test_a_column_under_a_condition_has_the_columns_type(fila: oracledb.Connection, rows: str) -> None:
    """Also where no row shows what it looks like: it decides whether a date has a fraction."""
    cursor = fila.cursor()
    created = "CASE WHEN (DT_CRIACAO >= :1) THEN DT_CRIACAO END AS CRIADA"
    first = datetime(1, 1, 1)  # noqa: DTZ001 - a DATE has no zone
    cursor.execute(f"SELECT {created} FROM HSM_FILA_NOTIFICACAO {rows}", [first])
    assert [one.type_code for one in cursor.description] == [oracledb.DB_TYPE_DATE]


ZONED = ("2026-07-14 12:00:00.5-03:00", "2026-07-14 12:00:00.5+05:30", "2026-07-14 12:00:00.5 America/Sao_Paulo")


@pytest.fixture
def zonas(connect: Connect) -> oracledb.Connection:
    """Dates with a zone: by its offset, and the last one by its name."""
    connection = connect()
    connection.cursor().execute("CREATE TABLE ZONAS (N NUMBER, TZ TIMESTAMP(6) WITH TIME ZONE)")
    for number, when in enumerate(ZONED):
        connection.cursor().execute(f"INSERT INTO ZONAS (N, TZ) VALUES ({number}, '{when}')")
    return connection


def test_a_date_with_a_zone_is_read_as_the_clock_showed_it_but_for_one_with_a_name(
    zonas: oracledb.Connection,
) -> None:
    cursor, noon = zonas.cursor(), datetime(2026, 7, 14, 12, microsecond=500_000)  # noqa: DTZ001 - as the driver has it
    cursor.execute("SELECT TZ FROM ZONAS WHERE N < 2 ORDER BY N")
    assert [one.type_code for one in cursor.description] == [oracledb.DB_TYPE_TIMESTAMP_TZ]
    assert cursor.fetchall() == [(noon,), (noon,)]
    cursor.execute("SELECT CAST(TZ AS TIMESTAMP(9)) FROM ZONAS ORDER BY N")
    assert cursor.fetchall() == [(noon,)] * 3
    with pytest.raises(oracledb.Error, match="DPY-3022"):
        cursor.execute("SELECT TZ FROM ZONAS").fetchall()
