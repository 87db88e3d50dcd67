"""Ten workers share a backlog and are killed, their connections drop: each row is told once, by its identity."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import func, select
from support.cutting import CuttingProxy
from support.deliveries import ntfy
from support.herd import Herd, herd
from support.ports import PATIENCE_SECONDS, wait_until
from support.postgres import Cluster

from connectors.oracle.engine import open_engine
from core.settings.fila import FilaSettings
from flows.fila import accounts
from sandbox.oracle.errors import Dropped
from sandbox.oracle.server import OracleServer
from storage.models.eventos import Delivery, Estado, Event
from storage.models.fila import FilaLinha
from storage.session import reading
from tests.flows.fila.conftest import PASSWORD, USER, Keeping, Queue

Configure = Callable[..., None]
pytestmark = pytest.mark.slow
WORKERS, SENDERS, ROWS, KILLS = 10, 2, 240, 8
STEP = ROWS // KILLS
# What one sender has under way at a time may arrive twice when it is killed.
AT_ONCE = 16
PUBLISHER = """
import time
from core.clock import SYSTEM
from core.errors import PlatformError
from flows.fila import accounts, relay, upkeep
from storage import session

def warm():
    upkeep.give_back(SYSTEM.now())
    with session.reading():
        accounts.close()
    session.dispose()

def work():
    while True:
        try:
            upkeep.give_back(SYSTEM.now())
            relay.publish("padrao")
        except PlatformError:
            pass
        time.sleep(0.3)
"""
SENDER = """
import time
from core import loop
from core.clock import SYSTEM
from events.delivery.drain import drain
from events.delivery.rows import free_the_dead
from storage import session

def warm():
    drain(0)
    loop.close()
    session.dispose()

def work():
    while True:
        free_the_dead(SYSTEM)
        drain(1)
        time.sleep(0.1)
"""


@pytest.fixture
def server(loopback: None) -> Iterator[Keeping]:
    with Keeping() as running:
        yield running


SETTINGS = {
    "deliveries__ntfy_burst": "100000",
    "fila__batch": "5",
    "fila__lease_seconds": "10",
    "fila__call_timeout": "5",
    "fila__sequence": "true",
    "fila__template": "{id}",
}


@contextmanager
def made(server: Keeping) -> Iterator[Queue]:
    """Give the configured queue, empty; a destination gets every order."""
    assert ntfy(server.url, "hsm_os", "ordem_servico_notificada") == 1
    # the test itself looks on with more patience than the workers have
    conta = FilaSettings.current().contas["padrao"].model_copy(update={"call_timeout": 2 * PATIENCE_SECONDS})
    fila = Queue(open_engine(conta, "padrao"))
    try:
        fila.make()
        yield fila
    finally:
        accounts.close()
        fila.engine.dispose()


def statuses(fila: Queue) -> Counter[str]:
    return Counter(fila.statuses)


def told_once(fila: Queue, server: Keeping) -> None:
    """Tell that every row was told, as one event, in one message; repeats are of the same message, and few."""
    assert statuses(fila) == {"PROCESSADO": ROWS}
    with reading() as db:
        assert db.scalar(select(func.count()).select_from(Event)) == ROWS
        assert db.scalar(select(func.count()).select_from(FilaLinha)) == ROWS
        assert db.scalars(select(Delivery.estado).distinct()).all() == [Estado.ENTREGUE]
    arrived = Counter((body["message"], body["sequence_id"]) for body in server.bodies)
    assert set(arrived) == {(str(number), f"fila-{number}") for number in range(1, ROWS + 1)}
    assert arrived.total() - ROWS <= KILLS * AT_ONCE


def work_under_fire(
    publishers: Herd, senders: Herd, fila: Queue, server: Keeping, fault: Callable[[], Any] = lambda: None
) -> None:
    """Let rows come, kill one of each and let a fault happen while they are told; then let them come to an end."""
    draw = random.Random(20261126)
    for kill in range(KILLS):
        fila.add(*range(STEP))
        wait_until(lambda: statuses(fila)["PENDENTE"] < STEP, seconds=120, every=0.01)
        fault()
        publishers.kill_one(draw)
        wait_until(lambda kill=kill: len(server.published) > STEP * kill // 2, seconds=120, every=0.01)
        senders.kill_one(draw)
    wait_until(lambda: statuses(fila)["PROCESSADO"] == ROWS, seconds=120, every=0.2)
    wait_until(everything_is_delivered, seconds=120, every=0.2)


def everything_is_delivered() -> bool:
    with reading() as db:
        open_ = select(func.count()).select_from(Delivery).where(Delivery.estado != Estado.ENTREGUE)
        return not db.scalar(open_)


def test_killed_workers_and_lost_commits_on_postgresql(
    postgres: str, cluster: Cluster, configure: Configure, server: Keeping
) -> None:
    """Both ends are PostgreSQL, behind a network that loses commits before and after they arrive."""
    configure(fila__url=postgres, **SETTINGS)
    with made(server) as fila, CuttingProxy(cluster.port, every=29) as network:
        cut = postgres.replace(f":{cluster.port}/", f":{network.port}/")
        ways = {"ESTEIRA_CORE__DATABASE_URL": cut, "ESTEIRA_FILA__URL": cut}
        with herd(PUBLISHER, WORKERS, ways) as publishers, herd(SENDER, SENDERS) as senders:
            work_under_fire(publishers, senders, fila, server)
        assert min(network.lost_before, network.lost_after) > 2
        told_once(fila, server)


def test_killed_workers_and_lost_commits_on_the_oracle_driver(
    postgres: str, oracle: OracleServer, configure: Configure, server: Keeping
) -> None:
    """The real thin driver loses its connection before a commit, after it, before a change and after it."""
    configure(fila__dsn=oracle.dsn, fila__user=USER, fila__password=PASSWORD, **SETTINGS)
    places = iter(["commit", "commit:after", "execute", "dml:after"] * KILLS)
    with made(server) as fila:
        assert not fila.statuses
        watching = set(oracle.sessions)

        def fail(place: str) -> None:
            oracle.faults.fail_next(place, lambda session: fail(place) if session in watching else _drop(), times=1)

        with herd(PUBLISHER, WORKERS) as publishers, herd(SENDER, SENDERS) as senders:
            work_under_fire(publishers, senders, fila, server, lambda: [fail(next(places)) for _ in range(2)])
            wait_until(lambda: not oracle.faults.left)
        told_once(fila, server)
        oracle.kill_sessions()


def _drop() -> None:
    raise Dropped
