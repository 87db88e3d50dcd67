"""What a database says of a table's columns, and what SQLite does not say of them."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine

from connectors.oracle.described import DATES, NUMBERS, Kind, _kind, described
from core.settings.fila import ContaFila


def test_the_published_table_has_numbers_dates_and_texts(banco_da_fila: Engine, conta: ContaFila) -> None:
    with banco_da_fila.begin() as connection:
        found = described(connection, conta.table.lower(), None)
    assert [name for name in found if name != name.lower()] == []
    assert found["id"] in NUMBERS
    assert found["id_os"] in NUMBERS
    assert found["mensagem"] == Kind.OTHER
    assert (found["dt_criacao"] in DATES) == (banco_da_fila.dialect.name != "sqlite")


@pytest.fixture
def connection() -> Iterator[Connection]:
    """A database of SQLite in memory."""
    engine = create_engine("sqlite://")
    with engine.begin() as opened:
        yield opened
    engine.dispose()


@pytest.mark.parametrize(
    ("declared", "kind"),
    [
        ("INTEGER", Kind.ANY),
        ("NUMBER(5)", Kind.ANY),
        ("DATE", Kind.ANY),
        ("", Kind.ANY),
        ("TEXT", Kind.OTHER),
        ("varchar(20)", Kind.OTHER),
        ("NCHAR(2)", Kind.OTHER),
        ("CLOB", Kind.OTHER),
    ],
)
def test_sqlite_knows_texts_and_lets_the_rest_be_anything(connection: Connection, declared: str, kind: Kind) -> None:
    connection.exec_driver_sql(f"CREATE TABLE fila (ID INTEGER, Valor {declared})")
    assert described(connection, "fila", None) == {"id": Kind.ANY, "valor": kind}


def test_a_table_of_another_owner_is_that_one_s(connection: Connection) -> None:
    connection.exec_driver_sql("ATTACH ':memory:' AS erp")
    connection.exec_driver_sql("CREATE TABLE fila (ID TEXT)")
    connection.exec_driver_sql("CREATE TABLE erp.fila (ID INTEGER, NOME TEXT)")
    assert described(connection, "fila", "erp") == {"id": Kind.ANY, "nome": Kind.OTHER}
    assert described(connection, "fila", None) == {"id": Kind.OTHER}


def test_no_row_is_read(connection: Connection) -> None:
    """A view whose rows cannot be computed has columns all the same."""
    connection.exec_driver_sql("CREATE TABLE t (v TEXT)")
    connection.exec_driver_sql("INSERT INTO t VALUES ('não é JSON')")
    connection.exec_driver_sql("CREATE VIEW fila AS SELECT json_extract(v, '$.x') AS id FROM t")
    assert set(described(connection, "fila", None)) == {"id"}


class Driver(SimpleNamespace):
    """The types of a driver, by their names in PEP 249, and one of Oracle."""

    NUMBER, DATETIME, STRING, DB_TYPE_TIMESTAMP_TZ = 1, 2, 3, 4


@pytest.mark.parametrize(
    ("code", "kind"),
    [(1, Kind.NUMBER), (2, Kind.DATE), (3, Kind.OTHER), (4, Kind.ZONED), (99, Kind.OTHER), (None, Kind.OTHER)],
)
def test_a_driver_s_types_are_numbers_dates_and_others(code: Any, kind: Kind) -> None:
    assert _kind(Driver, code) == kind
