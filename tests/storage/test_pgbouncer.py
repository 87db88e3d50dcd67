"""Behind a pgbouncer in transaction mode all works as on the server itself: nothing counts on a connection."""

from collections.abc import Iterator

import pytest
from conftest import Configure, forget_process_state
from sqlalchemy import text
from support.deliveries import SECRET, deliveries, fire, webhook
from support.pgbouncer import PgBouncer, installed
from support.postgres import Cluster

from events.delivery import drain
from sandbox.receiver import ReceiverServer
from storage.session import engine, reading, transaction
from storage.turns import take_turns
from tests.claims.contract import ClaimsContract
from tests.claims.test_sql import SqlHome

EVENTS = 40


@pytest.fixture(scope="module")
def pooler(cluster: Cluster) -> Iterator[PgBouncer]:
    if not installed():
        pytest.skip("pgbouncer is not installed (Debian: pgbouncer)")
    with PgBouncer(cluster.port) as running:
        yield running


@pytest.fixture
def pooled(pooler: PgBouncer, postgres: str, configure: Configure) -> Iterator[str]:
    """A database behind the pooler, configured."""
    url = pooler.url(postgres)
    configure(core__database_url=url)
    yield url
    forget_process_state()


class TestClaims(ClaimsContract):
    """The contract of owed work."""

    @pytest.fixture
    def home(self, pooled: str) -> SqlHome:
        return SqlHome()


def test_a_pooler_is_seen_and_nothing_is_prepared_behind_it(pooled: str, postgres: str, configure: Configure) -> None:
    asked = text("SELECT pg_backend_pid()")
    with engine().connect() as one, engine().connect() as another:
        # two at once: the pooler has two connections of the server from here on
        assert one.scalar(asked) != another.scalar(asked)
    pids = set()
    for _ in range(30):
        with reading() as db:
            pids.add(db.scalar(asked))
    assert len(pids) > 1
    with engine().connect() as connection:
        assert connection.connection.driver_connection.prepare_threshold is None
    configure(core__database_url=postgres)
    with engine().connect() as connection:
        assert connection.connection.driver_connection.prepare_threshold is not None


def test_turns_are_held_until_the_end_of_their_transaction(pooled: str) -> None:
    with transaction() as db:
        take_turns(db, ["uma chave"])
        held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
        assert db.scalar(text(held)) == 1
    with reading() as db:
        assert db.scalar(text(held)) == 0


def test_every_event_arrives_once(pooled: str, loopback: None) -> None:
    with ReceiverServer({"/x": SECRET}) as receiver:
        destino = webhook(f"{receiver.url}/x")
        fire(EVENTS)
        drain.drain(destino)
        assert {row.estado for row in deliveries()} == {"entregue"}
        assert len(receiver.requests) == EVENTS
        assert receiver.unverified == 0
