"""A watcher tells what comes while it stays, wakes where the database can wake it, and ends when it is asked to."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial

import pytest
from sqlalchemy import select
from support.cutting import CuttingProxy
from support.ports import soon, wait_until
from support.postgres import Cluster

from connectors.oracle import ddl
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
