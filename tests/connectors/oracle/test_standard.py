"""The standard set of databases, over the real thin driver; and what each number of Oracle means."""

import socket
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text
from support.ports import free_port

from connectors.oracle.engine import open_engine
from connectors.oracle.faults import ConnectionLost, explained
from connectors.oracle.layout import look
from core.errors import Misconfigured, PlatformError, Rejected, Transient
from core.settings.fila import ContaFila
from sandbox.oracle.server import OracleServer
from tests.connectors.database_standard import DatabaseStandard, Failure
from tests.connectors.oracle.conftest import PASSWORD, USER

SOON = 1.0


def account(dsn: str, password: str = PASSWORD) -> ContaFila:
    return ContaFila(dsn=dsn, user=USER, password=password, call_timeout=SOON)


def run(engine: Engine, statement: str) -> None:
    with explained("padrao"), engine.begin() as connection:
        connection.execute(text(statement))


@pytest.fixture
def engine(oracle: OracleServer) -> Iterator[Engine]:
    made = open_engine(account(oracle.dsn), "padrao")
    run(made, "SELECT 2 FROM DUAL")
    yield made
    oracle.kill_sessions()
    made.dispose()


class TestOracle(DatabaseStandard):
    secret = PASSWORD
    # the driver gives a call up, and then waits as long for the server to agree
    seconds = 2 * SOON

    @pytest.fixture(autouse=True)
    def _server(self, oracle: OracleServer, engine: Engine) -> Iterator[None]:
        self.oracle, self.engine, self.speaks = oracle, engine, threading.Event()
        yield
        self.speaks.set()

    def work(self) -> object:
        return run(self.engine, "SELECT 1 FROM DUAL")

    def fail(self, how: Failure) -> None:
        if how == "nobody":
            self.engine = open_engine(account(f"127.0.0.1:{free_port()}/XEPDB1"), "padrao")
        elif how == "password":
            self.secret = "outra-palavra"  # pragma: allowlist secret
            self.engine = open_engine(account(self.oracle.dsn, self.secret), "padrao")
        elif how.startswith("silent"):
            place = "commit" if how.endswith("commit") else "execute"
            self.oracle.faults.fail_next(place, lambda _session: self.speaks.wait(90))
        else:
            place = {"cut": "execute", "cut_in_commit": "commit", "cut_after_commit": "commit:after"}[how]
            self.oracle.faults.fail_next(place, "drop")


@pytest.mark.parametrize(
    ("code", "said", "kind", "words"),
    [
        (60, "deadlock", Transient, "outra sessão"),
        (54, "busy", Transient, "outra sessão"),
        (1033, "starting", Transient, "iniciando"),
        (1555, "snapshot too old", Transient, "outra sessão"),
        (1653, "unable to extend", Transient, "avise o DBA"),
        (16000, "read-only", Transient, "standby"),
        (2391, "SESSIONS_PER_USER", Transient, "limite de sessões"),
        (942, "table", Misconfigured, "fila.table"),
        (904, "column", Misconfigured, "fila.columns"),
        (1031, "privileges", Misconfigured, "permissão"),
        (28000, "locked", Misconfigured, "bloqueada"),
        (12899, "too large", Rejected, "não cabe"),
        (17999, "nobody knows", Transient, "não conheço"),
    ],
)
def test_a_number_is_told_by_what_to_do(
    oracle: OracleServer, engine: Engine, code: int, said: str, kind: type[PlatformError], words: str
) -> None:
    oracle.faults.fail_next("execute", (code, f"{said} {PASSWORD}"))
    with pytest.raises(kind, match=words) as raised:
        run(engine, "SELECT 1 FROM DUAL")
    assert str(raised.value).startswith("Fila padrao: ")
    assert f"ORA-{code:05d}" in str(raised.value)
    assert PASSWORD not in str(raised.value)


def test_an_unknown_service_is_for_later_and_says_where_to_look(oracle: OracleServer) -> None:
    with pytest.raises(Transient, match=r"fila\.dsn"):
        run(open_engine(account(f"127.0.0.1:{oracle.port}/OUTRO"), "padrao"), "SELECT 1 FROM DUAL")


def test_a_postgresql_that_takes_the_connection_and_says_nothing_does_not_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        conta = ContaFila(url=f"postgresql://ninguem@127.0.0.1:{silent.getsockname()[1]}/erp", call_timeout=SOON)
        with pytest.raises(Transient, match="o servidor não atende"):
            run(open_engine(conta, "padrao"), "SELECT 1")


def test_a_connection_lost_in_commit_leaves_the_end_unknown(oracle: OracleServer, engine: Engine) -> None:
    oracle.faults.fail_next("commit", "drop")
    with pytest.raises(ConnectionLost):
        run(engine, "SELECT 1 FROM DUAL")


@pytest.mark.parametrize(("more", "words"), [({"table": "NAO_HA"}, "fila.table"), ({"template": "{nao_ha}"}, "nao_ha")])
def test_a_table_or_column_that_is_not_there_is_named(
    banco_da_fila: Engine, conta: ContaFila, more: dict[str, str], words: str
) -> None:
    wrong = conta.model_copy(update=more)
    with pytest.raises(Misconfigured, match=words), explained("padrao"), banco_da_fila.begin() as connection:
        look(connection, wrong, "padrao")


@pytest.mark.parametrize("url", ["nada", "mysql://servidor/banco", "oracle+outro://servidor"])
def test_an_address_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(Misconfigured, match="Fila padrao"):
        open_engine(ContaFila(url=url), "padrao")
