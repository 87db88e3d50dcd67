"""Queue tables: a backlog drained by workers that share it, killed workers, and how soon a row reaches ntfy.

`python -m bench.fila [--linhas N] [--trabalhadores N] [--mortes N] [--segundos N]`; PostgreSQL holds both the queue and
our own tables, with fsync on. Publishing is not counted in the backlog: nobody subscribes there.
"""

import argparse
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bench import installation, machine
from bench.child import child
from bench.figures import percentile, show

NAIVE_ROWS, RATE = 2_000, 50.0
DRAINED, WITHIN_SECONDS = 2000.0, 1.0
LEASE_SECONDS = "10"
WORKER = """
import json
from core import logs
from flows.fila import relay
logs.configure()
print(json.dumps(vars(relay.publish("padrao"))))
"""


def main() -> None:
    """Run all parts with these amounts."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--linhas", type=int, default=100_000)
    arguments.add_argument("--trabalhadores", type=int, default=2)
    arguments.add_argument("--mortes", type=int, default=15)
    arguments.add_argument("--segundos", type=float, default=30, help="quanto dura a medida da latência")
    given = arguments.parse_args()
    machine.tell()
    with table() as engine:
        met = backlog(engine, given.linhas, given.trabalhadores)
        met &= backlog(engine, given.linhas // 5, 10)
        met &= violence(engine, given.linhas // 20, given.mortes)
        met &= latency(engine, given.segundos)
    sys.exit(0 if met else 1)


@contextmanager
def table() -> Iterator[Any]:
    """Give the queue's database, with a prepared table; the account is configured for this process and its children."""
    from connectors.oracle import ddl
    from connectors.oracle.engine import open_engine
    from core.settings.fila import ContaFila, FilaColumns
    from core.settings.load import get_settings

    with installation.fresh("postgresql"):
        import os

        url = os.environ["ESTEIRA_CORE__DATABASE_URL"]
        os.environ |= {
            "ESTEIRA_FILA__URL": url,
            "ESTEIRA_FILA__TEMPLATE": "{mensagem}",
            "ESTEIRA_FILA__LEASE_SECONDS": LEASE_SECONDS,
            "ESTEIRA_DELIVERIES__NTFY_BURST": "100000",
            "ESTEIRA_DELIVERIES__NTFY_REFILL_SECONDS": "0.001",
        }
        get_settings.cache_clear()
        engine = open_engine(ContaFila(url=url), "bench")
        with engine.begin() as connection:
            connection.exec_driver_sql(ddl.create("postgresql", ddl.DEFAULT_TABLE, FilaColumns()))
            for statement in ddl.relay("postgresql", ddl.DEFAULT_TABLE, FilaColumns()):
                connection.exec_driver_sql(statement)
        yield engine
        engine.dispose()


def fill(engine: Any, amount: int) -> None:
    """Put rows into an empty queue."""
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM hsm_fila_notificacao")
        connection.exec_driver_sql(
            "INSERT INTO hsm_fila_notificacao (id_os, mensagem) "
            f"SELECT n, 'OS #' || n || ' atualizada.' FROM generate_series(1, {amount}) n"
        )
        connection.exec_driver_sql("ANALYZE hsm_fila_notificacao")


def _one(engine: Any, sql: str) -> int:
    with engine.begin() as connection:
        return int(connection.exec_driver_sql(sql).scalar())


def told(engine: Any) -> int:
    """Return how many events of rows our own tables hold."""
    return _one(engine, "SELECT count(*) FROM event WHERE nome = 'ordem_servico_notificada'")


def start() -> subprocess.Popen[str]:
    """Begin a worker that publishes until nothing is due."""
    return subprocess.Popen([sys.executable, "-c", WORKER], cwd=installation.ROOT, stdout=subprocess.PIPE, text=True)


def backlog(engine: Any, amount: int, workers: int) -> bool:
    """Drain a backlog by several workers; no row is told twice."""
    fill(engine, NAIVE_ROWS)
    reference = NAIVE_ROWS / naive(engine)
    fill(engine, amount)
    before, began = told(engine), time.perf_counter()
    reports = [json.loads(worker.communicate()[0]) for worker in [start() for _ in range(workers)]]
    rate = amount / (time.perf_counter() - began)
    right = _right(engine, amount, before) and sum(report["publicadas"] for report in reports) == amount
    above = DRAINED if workers == 2 else None
    return (
        show(f"{amount} linhas, {workers} trabalhadores", rate, "linhas/s", ("laço ingênuo", reference), above=above)
        & right
    )


def naive(engine: Any) -> float:
    """Return the seconds that the script of old needs: look, print, update, one by one."""
    began = time.perf_counter()
    look = "SELECT id, mensagem FROM hsm_fila_notificacao WHERE status = 'PENDENTE' ORDER BY id LIMIT 1"
    done = "UPDATE hsm_fila_notificacao SET status = 'PROCESSADO', dt_processamento = localtimestamp WHERE id = %(id)s"
    with engine.connect() as connection:
        while row := connection.exec_driver_sql(look).first():
            str(row)
            connection.exec_driver_sql(done, {"id": row[0]})
            connection.commit()
    return time.perf_counter() - began


def _right(engine: Any, amount: int, before: int) -> bool:
    open_ = _one(engine, "SELECT count(*) FROM hsm_fila_notificacao WHERE status <> 'PROCESSADO'")
    new = told(engine) - before
    if open_ or new != amount:
        print(f"ERRADO: {open_} linhas abertas, {new} eventos de {amount} linhas", flush=True)
    return not open_ and new == amount


def violence(engine: Any, amount: int, kills: int) -> bool:
    """Let ten workers drain while they are killed at random; every row is told once."""
    fill(engine, amount)
    before, drawn = told(engine), random.Random(7)
    workers = [start() for _ in range(10)]
    for _ in range(kills):
        time.sleep(drawn.uniform(0.2, 0.8))
        victim = drawn.randrange(len(workers))
        workers[victim].kill()
        workers[victim].wait()
        workers[victim] = start()
    _until(lambda: _drained(engine, workers))
    for worker in workers:
        worker.kill()
        worker.wait()
    right = _right(engine, amount, before)
    print(
        f"{amount} linhas, 10 trabalhadores, {kills} mortos: {'cada linha uma vez' if right else 'ERRADO'}", flush=True
    )
    return right


def _drained(engine: Any, workers: list[subprocess.Popen[str]]) -> bool:
    for number, worker in enumerate(workers):
        if worker.poll() is not None:
            workers[number] = start()
    return not _one(engine, "SELECT count(*) FROM hsm_fila_notificacao WHERE status <> 'PROCESSADO'")


def _until(condition: Callable[[], bool], seconds: float = 300) -> None:
    ends = time.monotonic() + seconds
    while not condition() and time.monotonic() < ends:
        time.sleep(0.5)


def latency(engine: Any, seconds: float) -> bool:
    """Insert rows at a rate while the workers run; measure from the insert to the arrival at the ntfy server."""
    fill(engine, 0)
    with child("bench.fila_ntfy") as (port, ask), installation.workers("fila", "ntfy", beat=True):
        from flows.destinos.creating import NewDestination, create

        create(
            NewDestination("ntfy", "bench", f"http://127.0.0.1:{port}", ["ordem_servico_notificada"], topico="hsm_os")
        )
        _insert(engine, 0)
        _until(lambda: int(ask()["total"]) >= 1, 60)
        amount = int(seconds * RATE)
        began = time.monotonic()
        for number in range(1, amount + 1):
            _insert(engine, number)
            time.sleep(max(0.0, began + number / RATE - time.monotonic()))
        took = time.monotonic() - began
        _until(lambda: int(ask()["total"]) >= amount + 1, 60)
        # the first was there only to see that everybody had begun
        waits = [at - float(text) for text, at in ask()["chegadas"][1:]]
    print(f"{len(waits)} de {amount} mensagens chegaram, {amount / took:.0f} por segundo inseridas", flush=True)
    p99 = percentile(waits, 0.99)
    return show("inserção → ntfy, p99", p99, "s", ("p50", percentile(waits, 0.5)), below=WITHIN_SECONDS) & (
        len(waits) == amount
    )


def _insert(engine: Any, number: int) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(
            f"INSERT INTO hsm_fila_notificacao (id_os, mensagem) VALUES ({number}, '{time.time():.6f}')"
        )


if __name__ == "__main__":
    main()
