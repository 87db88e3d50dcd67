"""A watcher tells what comes while it stays, wakes where the database can wake it, and ends when it is asked to."""

import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select
from support.cutting import CuttingProxy
from support.ports import PATIENCE_SECONDS, SOON_SECONDS, soon, wait_until
from support.postgres import Cluster

from connectors.oracle import ddl, engine
from connectors.oracle.engine import open_engine
from core import stopping
from core.errors import Transient
from core.settings.fila import FilaColumns
from flows.fila import accounts, relay, watching
from flows.fila.accounts import opened, settings_of
from flows.fila.results import Report
from storage.models.eventos import Event
from storage.session import reading
from tests.flows.fila.conftest import TABLE, Queue

Configure = Callable[..., None]


@pytest.fixture(autouse=True)
def _nobody_stops() -> Iterator[None]:
    stopping.reset()
    yield
    stopping.reset()


def told() -> int:
    with reading() as db:
        return len(db.scalars(select(Event.id)).all())


def test_rows_that_come_while_it_watches_are_told(fila: Queue) -> None:
    opened("padrao")
    report = Report("padrao")
    thread = threading.Thread(target=lambda: watching.watch(opened("padrao"), 30, report))
    thread.start()
    fila.add(1)
    wait_until(lambda: told() == 1)
    fila.add(2, 3)
    wait_until(lambda: told() == 3)
    with soon():
        stopping.ask_to_stop()
        thread.join()
    assert report.publicadas == 3
    assert fila.statuses == ["PROCESSADO"] * 3


def test_an_account_that_fails_costs_only_itself(fila: Queue) -> None:
    fila.run("DROP TABLE HSM_FILA_NOTIFICACAO")
    (report,) = watching.watch_all(0.1)
    assert report.falha is not None
    assert "fila.table" in report.falha


def test_without_accounts_there_is_nothing_to_watch(sqlite: str) -> None:
    assert watching.watch_all(60) == []


@pytest.mark.parametrize("vazia", ["postgres"], indirect=True)
def test_the_trigger_of_postgresql_wakes_a_watcher(
    fila: Queue, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Long before it would look again by itself."""
    configure(fila__interval_seconds="60")
    monkeypatch.setattr(watching, "FIRST_PAUSE", 60.0)
    fila.run("CREATE TABLE ordem_servico (id_os bigint)")
    fila.run(*ddl.trigger("postgresql", TABLE, "ordem_servico", FilaColumns()))
    thread = threading.Thread(target=lambda: watching.watch(opened("padrao"), 60, Report("padrao")))
    thread.start()
    listens = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%%' AND datname = current_database()"
    try:
        wait_until(lambda: scalar(fila, listens) > 0)
        for number in (1, 2, 3):
            fila.run(f"INSERT INTO ordem_servico VALUES ({number})")
            wait_until(partial(told_are, number), 45)
    finally:
        stopping.ask_to_stop()
        thread.join(60)
    assert not thread.is_alive()


def told_are(amount: int) -> bool:
    return told() == amount


def scalar(fila: Queue, sql: str) -> int:
    with fila.engine.begin() as connection:
        return int(connection.exec_driver_sql(sql).scalar_one())


def test_a_worker_that_is_asked_to_stop_in_mid_backlog_holds_nothing(fila: Queue, configure: Configure) -> None:
    configure(fila__batch="5")
    opened("padrao")
    fila.add(*range(300))
    thread = threading.Thread(target=lambda: watching.watch_all(60))
    thread.start()
    wait_until(lambda: told() >= 5, every=0.001)
    stopping.ask_to_stop()
    thread.join(60)
    assert not thread.is_alive()
    states = Counter(fila.statuses)
    assert states.keys() <= {"PENDENTE", "PROCESSADO"}
    assert states["PENDENTE"] > 0
    assert states["PROCESSADO"] == told()


@pytest.mark.parametrize("vazia", ["postgres"], indirect=True)
def test_a_watcher_whose_listening_ends_goes_on_by_looking(fila: Queue) -> None:
    thread = threading.Thread(target=lambda: watching.watch_all(60))
    thread.start()
    mine = "FROM pg_stat_activity WHERE query LIKE 'LISTEN%%' AND datname = current_database()"
    try:
        wait_until(lambda: scalar(fila, f"SELECT count(*) {mine}") > 0)
        scalar(fila, f"SELECT count(pg_terminate_backend(pid)) {mine}")
        fila.add(1)
        wait_until(partial(told_are, 1))
    finally:
        stopping.ask_to_stop()
        thread.join(60)
    assert not thread.is_alive()


@pytest.mark.parametrize("place", ["claim", "commit", "settle"])
def test_a_server_that_falls_silent_costs_a_worker_one_call(
    cluster: Cluster, sqlite: str, configure: Configure, place: str
) -> None:
    """The socket stays open and nothing comes: the limits of PostgreSQL itself do not hold."""
    name = cluster.create_from("template1")
    with CuttingProxy(cluster.port, every=10**6) as network:
        configure(fila__url=cluster.url(name).replace(f":{cluster.port}/", f":{network.port}/"), fila__call_timeout="1")
        fila = Queue(open_engine(settings_of("padrao"), "padrao"))
        fila.make()
        fila.add(1)
        network.silent_at = {"claim": b"escolhidas", "commit": b"COMMIT", "settle": b"dt_processamento="}[place]
        with soon(), suppress(Transient):
            relay.publish("padrao")
        assert network.fell_silent == 1
        fila.run("UPDATE hsm_fila_notificacao SET status = 'PENDENTE' WHERE status = 'PROCESSANDO'")
        relay.publish("padrao")
        assert fila.statuses == ["PROCESSADO"]
        assert told() == 1
        accounts.close()
        fila.engine.dispose()
    cluster.drop(name)


@pytest.fixture
def mute(fila: Queue, configure: Configure, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """A second account, whose database takes connections and never says a word until the end of the test."""
    monkeypatch.setattr(engine, "CONNECT_SECONDS", 3 * PATIENCE_SECONDS)
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"postgresql://ninguem@127.0.0.1:{server.getsockname()[1]}/erp"
        configure(fila__contas__muda__url=url, fila__contas__muda__call_timeout="300")
        server.settimeout(PATIENCE_SECONDS)
        yield server


@contextmanager
def beside(mute: socket.socket, *works: Callable[[], object]) -> Iterator[None]:
    """Begin these works one after the other, each in a thread, when the one before waits for the mute database."""
    threads, held = [threading.Thread(target=work) for work in works], []
    try:
        for thread in threads:
            thread.start()
            held += [] if held else [mute.accept()[0]]
        yield
    finally:
        stopping.ask_to_stop()
        for one in (mute, *held):
            one.close()
        for thread in threads:
            thread.join(SOON_SECONDS)
    assert not any(thread.is_alive() for thread in threads)


def come(fila: Queue, number: int) -> None:
    fila.run(f"INSERT INTO {TABLE} (ID_OS, MENSAGEM) VALUES ({number}, 'x')")


def open_the_mute_one() -> None:
    with suppress(Transient):
        opened("muda")


@pytest.mark.parametrize("vazia", ["sqlite"], indirect=True)
def test_an_account_that_is_being_opened_keeps_no_other_waiting(fila: Queue, mute: socket.socket) -> None:
    with beside(mute, open_the_mute_one, lambda: watching.watch_all(60)):
        come(fila, 1)
        wait_until(partial(told_are, 1), SOON_SECONDS)


@pytest.mark.parametrize("vazia", ["sqlite"], indirect=True)
def test_an_account_is_watched_for_as_long_as_another_keeps_the_watch_from_its_end(
    fila: Queue, mute: socket.socket
) -> None:
    began, seconds = time.monotonic(), 0.1
    with beside(mute, lambda: watching.watch_all(seconds)):
        wait_until(lambda: time.monotonic() > began + 2 * seconds)
        for number in (1, 2, 3):
            come(fila, number)
            wait_until(partial(told_are, number), SOON_SECONDS)


@pytest.mark.parametrize("vazia", ["sqlite"], indirect=True)
def test_a_watch_ends_where_nobody_is_waited_for(fila: Queue, configure: Configure, tmp_path: Path) -> None:
    configure(fila__contas__outra__url=f"sqlite:///{tmp_path}/fila.db")
    with soon():
        assert [report.falha for report in watching.watch_all(0.1)] == [None, None]
