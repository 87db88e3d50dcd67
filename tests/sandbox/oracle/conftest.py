from collections.abc import Callable, Iterator
from pathlib import Path

import oracledb
import pytest

from sandbox.oracle.server import OracleServer
from tests.sandbox.oracle.rows import Rows

USER, PASSWORD = "hsm", "palavra-de-teste"  # pragma: allowlist secret
FILA = """CREATE TABLE HSM_FILA_NOTIFICACAO (
  ID NUMBER GENERATED ALWAYS AS IDENTITY, ID_OS NUMBER, MENSAGEM VARCHAR2(40),
  STATUS VARCHAR2(20) DEFAULT 'PENDENTE', DT_CRIACAO DATE DEFAULT SYSDATE, DT_PROCESSAMENTO DATE)"""
Connect = Callable[[], oracledb.Connection]


@pytest.fixture
def server() -> Iterator[OracleServer]:
    with OracleServer({USER: PASSWORD}, lock_wait=5.0) as running:
        yield running


@pytest.fixture
def connect(server: OracleServer) -> Iterator[Connect]:
    """Open connections of the real driver, closed at the end."""
    opened: list[oracledb.Connection] = []

    def one() -> oracledb.Connection:
        opened.append(oracledb.connect(user=USER, password=PASSWORD, dsn=server.dsn))
        return opened[-1]

    yield one
    server.kill_sessions()
    for connection in opened:
        try:
            connection.close()
        except oracledb.Error:
            continue


@pytest.fixture
def fila(connect: Connect) -> oracledb.Connection:
    """A queue table with six rows."""
    connection = connect()
    cursor = connection.cursor()
    cursor.execute(FILA)
    rows = [(1250 + number, f"OS #{1250 + number} atualizada.") for number in range(6)]
    cursor.executemany("INSERT INTO HSM_FILA_NOTIFICACAO (ID_OS, MENSAGEM) VALUES (:1, :2)", rows)
    connection.commit()
    return connection


@pytest.fixture
def linhas(tmp_path: Path) -> Iterator[Rows]:
    """The rows of a queue table, without the driver."""
    made = Rows(tmp_path)
    yield made
    made.close()
