"""The real thin driver meets the listener: who gets in, and what the others are told."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import oracledb
import pytest
import sqlalchemy as sa

from sandbox.oracle.server import OracleServer

USER, PASSWORD = "hsm", "palavra-de-teste"  # pragma: allowlist secret
Connect = Callable[[], oracledb.Connection]


def code(error: oracledb.Error) -> str:
    return str(error.args[0].full_code)


def test_a_known_user_is_let_in(connect: Connect) -> None:
    connection = connect()
    assert connection.version.startswith("19.3")
    connection.ping()


@pytest.mark.parametrize(("user", "password"), [(USER, "errada"), ("outro", PASSWORD)])
def test_a_wrong_user_or_password_is_refused(server: OracleServer, user: str, password: str) -> None:
    with pytest.raises(oracledb.Error) as refused:
        oracledb.connect(user=user, password=password, dsn=server.dsn)
    assert code(refused.value) == "ORA-01017"


def test_an_unknown_service_is_refused(server: OracleServer) -> None:
    with pytest.raises(oracledb.Error, match="DPY-6005") as refused:
        oracledb.connect(user=USER, password=PASSWORD, dsn=f"127.0.0.1:{server.port}/OUTRO")
    assert "DPY-6001" in str(refused.value)


@pytest.mark.parametrize("refusal", [12528, "drop"])
def test_a_listener_that_refuses_lets_nobody_in(server: OracleServer, refusal: int | str) -> None:
    server.refuse = refusal
    with pytest.raises(oracledb.Error, match="DPY-6005"):
        oracledb.connect(user=USER, password=PASSWORD, dsn=server.dsn)


def test_a_session_tells_the_dba_what_it_is(server: OracleServer, connect: Connect) -> None:
    connection = connect()
    connection.module, connection.action, connection.client_identifier = "esteira", "fila", "loja-1"
    connection.ping()
    (session,) = server.sessions
    assert session.reader.about == {"client": "loja-1", "module": "esteira", "action": "fila"}


def test_connections_that_are_killed_are_seen_as_gone(server: OracleServer, connect: Connect) -> None:
    connection = connect()
    server.kill_sessions()
    with pytest.raises(oracledb.Error) as gone:
        connection.ping()
    assert code(gone.value) == "DPY-4011"


def test_a_pool_and_sqlalchemy_connect(server: OracleServer) -> None:
    url = sa.URL.create("oracle+oracledb", USER, PASSWORD, "127.0.0.1", server.port, query={"service_name": "XEPDB1"})
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT 1 + 1 FROM DUAL")) == 2
    engine.dispose()


@pytest.mark.parametrize(("zone", "hours"), [("UTC0", 0), ("<-03>3", -3), ("<+0530>-5:30", 5.5)])
def test_a_session_is_in_the_zone_of_its_client_and_the_server_in_its_own(
    server: OracleServer, connect: Connect, monkeypatch: pytest.MonkeyPatch, zone: str, hours: float
) -> None:
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    server.database.now = lambda: noon
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        cursor = connect().cursor()
    finally:
        monkeypatch.undo()
        time.tzset()
    cursor.execute("SELECT LOCALTIMESTAMP, SYSDATE FROM DUAL")
    plain = noon.replace(tzinfo=None)
    assert cursor.fetchone() == (plain + timedelta(hours=hours), plain)


def test_a_password_in_its_days_of_grace_is_a_warning(server: OracleServer, connect: Connect) -> None:
    assert connect().warning is None
    server.grace = 5
    assert code(oracledb.Error(connect().warning)) == "ORA-28002"
