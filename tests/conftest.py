"""Real parts for the tests: SQLite, PostgreSQL and Redis; each worker of pytest-xdist has its own."""

import gc
import itertools
import os
import shutil
import sys
from collections.abc import Callable, Generator, Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import settings
from support.engines import remembering
from support.ordering import shares
from support.ports import PATIENCE_SECONDS
from support.postgres import Cluster, binaries
from support.rabbitmq import RabbitServer, for_one_test, installed
from support.redis import RedisServer

from core import celery_app, certificado, context, logs, loop
from core.settings.load import get_settings
from events import wake
from events.delivery import kind, pumps
from flows.usuarios import passwords
from storage import crypto, migrate, session

ROOT = Path(__file__).parent.parent
KEY = "bm90LWEtc2VjcmV0LW9ubHktZm9yLXRoZS10ZXN0cyE="
FAILED = pytest.StashKey[bool]()
# Containers made before the collector looks: what most tests make.
SHORT_LIVED = 10_000
_folders = itertools.count(1)

# Where bytecode is forbidden, every worker compiles every test, and every process that a test starts our modules.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# What is loaded and collected stays; to look for garbage among it takes a tenth of the time, again and again.
gc.disable()
session.connect_engine = remembering(session.connect_engine)
# Who captures lines replaces how they are written: that must not be set up by the first of them.
logs.set_up()
# OpenSSL proves the primes of a key whenever it reads one: a thirtieth of a second for each of a thousand tests.
certificado._opened = lru_cache(maxsize=64)(certificado._opened)
# A password costs a twentieth of a second and 64 MiB on purpose, and hundreds are looked at; one test looks at ours.
passwords._HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
# The same examples in each run, and none that has to be quick on a machine that does other things.
settings.register_profile("suite", settings.get_profile("ci"), max_examples=50)
settings.load_profile("suite")


def pytest_xdist_auto_num_workers() -> int:
    """One more than two for each core: four tenths of the suite are waits, for a server, a process or a deadline."""
    cores = os.process_cpu_count() if hasattr(os, "process_cpu_count") else len(os.sched_getaffinity(0))
    return 2 * (cores or 1) + 1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give each worker its share of the long ones; there is one RabbitMQ, and one test at a time has it."""
    queued = [item for item in items if "rabbit" in item.name or "rabbit" in getattr(item, "fixturenames", ())]
    waits = set(queued)
    others = [item for item in items if item not in waits]
    long = [item for item in others if item.get_closest_marker("slow")]
    short = [item for item in others if not item.get_closest_marker("slow")]
    items[:] = shares(long, short, getattr(config, "workerinput", {}).get("workercount", 1), queued)


def pytest_collection_finish() -> None:
    """Thousands of tests and all modules are no garbage: nobody looks through them for any."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(SHORT_LIVED, 10, 10)
    gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note that a test failed: its folder is kept."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture
def tmp_path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of the test's own, gone when it passed.

    Pytest's looks through the folders of all tests before for a free name, and leaves gigabytes behind.
    """
    folder = tmp_path_factory.getbasetemp() / f"{next(_folders)}-{request.node.name[:24].partition('[')[0]}"
    folder.mkdir()
    yield folder
    if not request.node.stash.get(FAILED, False):
        shutil.rmtree(folder, ignore_errors=True)


def forget_process_state() -> None:
    """Forget what a process keeps: settings, engine, keys, connections, loop."""
    pumps.forget()
    kind.close()
    session.dispose()
    crypto.forget()
    get_settings.cache_clear()
    loop.close()
    wake._quiet_until = 0.0
    logs.configure()
    context.forget()


@pytest.fixture(autouse=True)
def isolated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test has its own data folder, no settings file and no variable of the person who runs it."""
    for name in os.environ:
        if name.startswith("ESTEIRA_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ESTEIRA_CORE__DATA_DIR", str(tmp_path / "dados"))
    monkeypatch.setenv("ESTEIRA_CORE__KEYS", f'["{KEY}"]')
    # A machine that stands still for seconds ends no drain of a test before its time.
    monkeypatch.setattr("events.delivery.drain.BUDGET_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setattr("events.delivery.lanes.LONGEST_SECONDS", PATIENCE_SECONDS)
    forget_process_state()
    yield
    forget_process_state()


Configure = Callable[..., None]


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch) -> Configure:
    """Set settings by name: `configure(deliveries__allow_http="true")`."""

    def apply(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(f"ESTEIRA_{name.upper()}", value)
        forget_process_state()

    return apply


@pytest.fixture
def loopback(configure: Configure) -> None:
    """Let deliveries reach this machine."""
    configure(deliveries__allow_networks='["127.0.0.0/8", "::1/128"]', deliveries__allow_http="true")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL of our own, run by an unprivileged user."""
    if binaries() is None:
        pytest.skip("PostgreSQL's server binaries are not installed")
    with Cluster() as running:
        running.create("modelo")
        engine = session.connect_engine(running.url("modelo"))
        migrate.upgrade(engine)
        engine.dispose()
        yield running


@pytest.fixture(scope="session")
def sqlite_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("modelo") / "esteira.db"
    engine = session.connect_engine(f"sqlite:///{path}")
    migrate.upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture
def sqlite(configure: Configure, tmp_path: Path, sqlite_model: Path) -> str:
    """A fresh SQLite database, configured."""
    path = tmp_path / "banco" / "esteira.db"
    path.parent.mkdir()
    shutil.copy(sqlite_model, path)
    url = f"sqlite:///{path}"
    configure(core__database_url=url)
    return url


@pytest.fixture
def postgres(configure: Configure, cluster: Cluster) -> Iterator[str]:
    """An empty PostgreSQL database, configured."""
    name = cluster.borrow("modelo")
    url = cluster.url(name)
    configure(core__database_url=url)
    yield url
    forget_process_state()
    cluster.give_back(name, "modelo")


@pytest.fixture(params=["sqlite", "postgres"])
def banco(request: pytest.FixtureRequest) -> str:
    """A fresh database, once of each kind."""
    url: str = request.getfixturevalue(request.param)
    return url


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A real Redis on loopback."""
    with RedisServer(tmp_path_factory.mktemp("redis")) as running:
        yield running


@pytest.fixture
def broker(configure: Configure, redis_server: RedisServer) -> Iterator[str]:
    """An empty Redis, configured as broker."""
    redis_server.flush()
    configure(core__redis_url=redis_server.url)
    celery_app.refresh()
    yield redis_server.url
    forget_process_state()
    celery_app.refresh()


@pytest.fixture
def rabbit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitServer]:
    """A real RabbitMQ without queues, for this test alone; it may be killed."""
    if not installed():
        pytest.skip("RabbitMQ is not installed (Debian: rabbitmq-server)")
    base = tmp_path_factory.getbasetemp()
    with for_one_test((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "rabbit") as server:
        yield server
    celery_app.refresh()


@pytest.fixture
def rabbit_broker(configure: Configure, rabbit: RabbitServer) -> Iterator[str]:
    """An empty RabbitMQ, configured as the only broker."""
    configure(core__broker_url=rabbit.url)
    celery_app.refresh()
    yield rabbit.url
    forget_process_state()
    celery_app.refresh()
