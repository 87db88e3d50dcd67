"""Deliveries per second with all bookkeeping, beside a raw aiohttp sender of the same run.

The shipped configuration: Celery workers (2 processes), Redis with its file, fsync on, attempts written, requests
signed, addresses judged. `python -m bench.deliveries [--eventos N]`.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

PROCESSES, DESTINATIONS = 2, 8


@contextmanager
def receiver() -> Iterator[int]:
    """Run the receiver in a process of its own; give its port."""
    command = [sys.executable, "-m", "bench.receiver"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.stdin.close()
        process.wait()


def raw(port: int, amount: int) -> float:
    """Return the reference in requests per second, with as many processes."""
    command = [sys.executable, "-m", "bench.raw", str(port), str(amount // PROCESSES)]
    began = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(PROCESSES)]
    return amount / max(float(process.communicate()[0]) for process in began)


def configure(folder: Path, database: str | None, redis_url: str) -> None:
    """Point this process and its children at fresh parts."""
    os.environ |= {
        "ESTEIRA_CORE__DATA_DIR": str(folder),
        "ESTEIRA_CORE__REDIS_URL": redis_url,
        "ESTEIRA_DELIVERIES__ALLOW_NETWORKS": '["127.0.0.0/8"]',
        "ESTEIRA_DELIVERIES__ALLOW_HTTP": "true",
    }
    os.environ.pop("ESTEIRA_CORE__DATABASE_URL", None)
    if database:
        os.environ["ESTEIRA_CORE__DATABASE_URL"] = database


def owe(port: int, amount: int) -> None:
    """Record the events; nobody is told yet."""
    from core.settings import get_settings
    from events import disparar_webhook
    from flows import destinos
    from storage import migrate
    from storage.session import connect_engine, transaction

    migrate.upgrade(connect_engine(get_settings().database_url))
    for number in range(DESTINATIONS):
        url = f"http://127.0.0.1:{port}/x"
        destinos.criar(destinos.NewDestination("webhook", f"d{number}", url, ["alerta_aberto"]))
    with transaction() as db:
        for number in range(amount // DESTINATIONS):
            disparar_webhook("alerta_aberto", {"n": number, "mensagem": "x" * 900}, db=db)
        db.info.clear()


@contextmanager
def workers() -> Iterator[None]:
    """Run the delivery worker as shipped."""
    command = [sys.executable, "-m", "celery", "-A", "workers", "worker", "-Q", "webhooks,default", "-l", "ERROR"]
    flags = ["--concurrency", str(PROCESSES), "--without-gossip", "--without-mingle"]
    process = subprocess.Popen([*command, *flags], cwd=ROOT)
    try:
        from core.celery_app import app

        while process.poll() is None and not app.control.inspect(timeout=0.5).ping():
            pass
        if process.poll() is not None:
            raise SystemExit("the workers did not start")
        yield
    finally:
        process.terminate()
        process.wait()


def deliver(amount: int) -> float:
    """Wake every destination as the sweep does; return the deliveries per second."""
    from flows import entregas

    began = time.perf_counter()
    entregas.acordar_vencidas()
    while entregas.contar().get("entregue", 0) < amount:
        time.sleep(0.05)
    return amount / (time.perf_counter() - began)


def run_one(kind: str, amount: int) -> None:
    """Measure one kind of database, in a process of its own."""
    from support.postgres import Cluster
    from support.redis import RedisServer

    with tempfile.TemporaryDirectory() as folder, receiver() as port, RedisServer(Path(folder)) as redis:
        reference = raw(port, amount)
        if kind == "postgresql":
            with Cluster(fsync="on") as cluster:
                cluster.create("bench")
                figure = measure(Path(folder), cluster.url("bench"), redis.url, port, amount)
        else:
            figure = measure(Path(folder), None, redis.url, port, amount)
    print(f"{kind:11} {figure:7.0f} entregas/s   aiohttp puro {reference:7.0f}/s   razão {figure / reference:.2f}")


def measure(folder: Path, database: str | None, redis_url: str, port: int, amount: int) -> float:
    """Return the deliveries per second with this database."""
    configure(folder, database, redis_url)
    owe(port, amount)
    with workers():
        return deliver(amount)


def main() -> None:
    """Print a line for each database."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--eventos", type=int, default=16_000)
    arguments.add_argument("--banco", choices=["sqlite", "postgresql"])
    given = arguments.parse_args()
    if given.banco:
        run_one(given.banco, given.eventos)
        return
    print(f"{given.eventos} entregas de 1 kB, {PROCESSES} processos, {DESTINATIONS} destinos, fsync ligado")
    for kind in ("sqlite", "postgresql"):
        command = [sys.executable, "-m", "bench.deliveries", "--banco", kind, "--eventos", str(given.eventos)]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
