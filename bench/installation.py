"""What a bench runs on: a temporary folder, a Redis with its file, a fresh database with fsync on, the shipped workers.

A process enters `fresh` once; parts of Esteira are imported after that.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))

KINDS = ("sqlite", "postgresql")
DATABASE = "bench"


@contextmanager
def fresh(kind: str, keeping: str | None = None) -> Iterator[Path]:
    """Point this process and its children at a fresh, migrated installation; yield its folder.

    `keeping` is the address of a PostgreSQL database that stays, in place of one that ends with the block.
    """
    from support.redis import RedisServer

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        made = kind == "postgresql" and keeping is None
        database = stack.enter_context(_postgresql()) if made else keeping
        configure(folder, database, stack.enter_context(RedisServer(folder)).url)
        migrate()
        yield folder


@contextmanager
def _postgresql() -> Iterator[str]:
    from support.postgres import Cluster

    with Cluster(lasting=True) as cluster:
        cluster.create(DATABASE)
        yield cluster.url(DATABASE)


def configure(folder: Path, database: str | None, redis_url: str) -> None:
    """Set the environment: only the addresses allowed differ from what is shipped."""
    values = {
        "ESTEIRA_CORE__DATA_DIR": str(folder),
        "ESTEIRA_CORE__REDIS_URL": redis_url,
        "ESTEIRA_DELIVERIES__ALLOW_NETWORKS": '["127.0.0.0/8"]',
        "ESTEIRA_DELIVERIES__ALLOW_HTTP": "true",
    }
    set_environment(values | ({"ESTEIRA_CORE__DATABASE_URL": database} if database else {}))


def set_environment(values: Mapping[str, str]) -> None:
    """Replace whatever settings the environment had, and those that this process has read already."""
    from core.settings.load import get_settings

    for name in [name for name in os.environ if name.startswith("ESTEIRA_")]:
        del os.environ[name]
    os.environ |= values
    get_settings.cache_clear()


def join(environment: Mapping[str, str]) -> None:
    """Let this process be one of an installation that runs: the same settings, database and broker."""
    set_environment({name: value for name, value in environment.items() if name.startswith("ESTEIRA_")})
    from core import celery_app

    celery_app.refresh()


def migrate() -> None:
    from core.settings.core import CoreSettings
    from storage import migrate
    from storage.session import connect_engine

    fresh = connect_engine(CoreSettings.current().database)
    migrate.upgrade(fresh)
    fresh.dispose()


@contextmanager
def workers(
    *names: str, beat: bool = False, app: str = "workers", concurrency: int | None = None
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run these workers of the product's own tables until the end of the block; they all answer when it begins."""
    from core import celery_app
    from workers import layout, processes

    apart, together = processes.table(), map(processes.worker_process, layout.one_machine())
    wanted = [one for one in (*apart, *together) if one.name in names or (beat and one.name == "beat")]
    changed = {"-A": app} | ({"-c": str(concurrency)} if concurrency else {})
    began = [subprocess.Popen(_changed(one.command, changed), cwd=ROOT) for one in wanted]
    try:
        while len(celery_app.app.control.ping(timeout=0.3)) < len(names):
            if any(process.poll() is not None for process in began):
                raise SystemExit("os workers não começaram")
        yield began
    finally:
        # Their pool processes end with them; a clean stop would wait for whoever never answers.
        for process in began:
            process.kill()
            process.wait()


def _changed(command: Sequence[str], values: Mapping[str, str]) -> list[str]:
    """Return a command with other values behind these flags."""
    return [values.get(before, word) for before, word in zip(("", *command), command, strict=False)]


def children(process: subprocess.Popen[bytes]) -> list[int]:
    """Return the pool processes of a worker."""
    return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def rss(pid: int) -> float:
    """Return the memory of a process in MiB."""
    fields = Path(f"/proc/{pid}/statm").read_text().split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
