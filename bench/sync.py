"""Ploomes and Milvus in step: writes per second, requests of an idle cycle, how much of the allowed rate is used.

`python -m bench.sync [--contatos N] [--eventos N] [--amostra N]`; both systems are a process of their own on loopback,
our tables are SQLite with fsync on. The way of old (whole lists, a look-up for each item) stands beside it in requests.
Requests, memory and rightness decide how it ends; writes per second depend on the machine.
"""

import argparse
import json
import os
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

from bench import installation, machine
from bench.child import Ask, child
from bench.figures import show

KEY, TAG = "chave-de-exemplo-1", 40001  # pragma: allowlist secret
PAGE, LIST, RAW = 300, 1000, 300
WRITES, USED, MEMORY, IDLE, RATE = 150.0, 0.95, 300.0, 6, 120
FROM_PLOOMES = ("clientes-pm", "tarefas", "interacoes")


def main() -> None:
    """Run all parts with these amounts."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--contatos", type=int, default=10_000)
    arguments.add_argument("--eventos", type=int, default=4_000)
    arguments.add_argument("--amostra", type=int, default=400, help="clientes da medida do ritmo")
    given = arguments.parse_args()
    machine.tell()
    with office(given.contatos, given.eventos) as ask:
        met = first_run(ask, given.contatos, given.eventos)
        met &= idle_cycle(given.contatos, given.eventos)
    with office(given.amostra, 0, per_minute=RATE):
        met &= rate()
    sys.exit(0 if met else 1)


@contextmanager
def office(contacts: int, events: int, per_minute: int = 0, kind: str = "sqlite") -> Iterator[Ask]:
    """Give both systems, filled, and a fresh installation that is configured for them."""
    amounts = ("--contatos", str(contacts), "--eventos", str(events))
    with installation.fresh(kind), child("bench.sync_server", *amounts) as (port, ask):
        os.environ |= {
            "ESTEIRA_PLOOMES__BASE_URL": f"http://127.0.0.1:{port}",
            "ESTEIRA_PLOOMES__USER_KEY": KEY,
            "ESTEIRA_PLOOMES__PER_MINUTE": str(per_minute),
            "ESTEIRA_MILVUS__BASE_URL": ask()["url"],
            "ESTEIRA_MILVUS__TOKEN": KEY,
            "ESTEIRA_MILVUS__PER_MINUTE": str(per_minute),
            "ESTEIRA_MILVUS__LISTINGS_PER_MINUTE": "0",
            "ESTEIRA_SYNC__TAGS": json.dumps([{"id": TAG, "label": "INSTALAÇÃO"}]),
            "ESTEIRA_SYNC__START": "2026-06-30T00:00:00",
            "ESTEIRA_SYNC__MIN_MILVUS_ID": "0",
            "ESTEIRA_SYNC__SECONDS": "3600",
        }
        from core.settings.load import get_settings
        from storage import session

        get_settings.cache_clear()
        yield ask
        session.dispose()


def first_run(ask: Ask, contacts: int, events: int) -> bool:
    """Send everything without a limit of rate."""
    from flows.sync.run import run

    bare = raw(ask()["url"])
    began = time.perf_counter()
    reports = [run(fluxo, "padrao") for fluxo in FROM_PLOOMES]
    seconds, found = time.perf_counter() - began, ask()
    made = sum(one.criados for one in reports)
    right = (found["clientes"], found["chamados"]) == (contacts, events) and made == contacts + events
    if not right:
        print(f"ERRADO: {found}, {made} criados", flush=True)
    asked = found["pedidos"]["milvus"] + found["pedidos"]["ploomes"]
    print(f"{asked / made:.2f} pedidos por escrita", flush=True)
    show(
        "primeira rodada, sem limite",
        made / seconds,
        "escritas/s",
        ("requests puro", bare / (asked / made)),
        above=WRITES,
    )
    memory = installation.rss(os.getpid())
    return right & show("memória do processo", memory, "MiB", ("linhas (mil)", contacts / 1000), below=MEMORY)


def raw(url: str) -> float:
    """Return how many requests a second one thread makes with the library alone."""
    import requests

    with requests.Session() as session:
        session.headers["Authorization"] = KEY
        began = time.perf_counter()
        for number in range(RAW):
            session.get(f"{url}/api/cliente/busca?documento={number}&status=3", timeout=10).json()
        return RAW / (time.perf_counter() - began)


def idle_cycle(contacts: int, events: int) -> bool:
    """Run each flow once more: nothing is new."""
    from flows.sync.run import run

    idle = sum(run(fluxo, "padrao").requisicoes for fluxo in FROM_PLOOMES)
    old = ceil(contacts / PAGE) + 2 * ceil(events / 2 / PAGE) + contacts + events
    met = show("ciclo sem novidade, 3 fluxos", idle, "pedidos", ("à moda antiga", old), below=IDLE + 1)
    whole = run("clientes-mp", "padrao").requisicoes
    most = ceil(contacts / LIST) + 2
    return met & show("clientes-mp", whole, "pedidos", ("à moda antiga", whole + contacts), below=most + 1)


class Simulated:
    """A clock that moves when somebody sleeps; those who sleep at once wake by the same time."""

    def __init__(self) -> None:
        self._now, self._lock = datetime.now(UTC), threading.Lock()

    def now(self) -> datetime:
        """Return the simulated instant."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Let time go by."""
        until = self._now + timedelta(seconds=seconds)
        with self._lock:
            self._now = max(self._now, until)


def rate() -> bool:
    """Send under a limit of requests, by a simulated clock; tell how much of the limit was used."""
    from claims.pace import SharedPace
    from flows.sync.run import run

    random.seed(7)
    clock, asked = Simulated(), [0]

    def pace(*budgets: Any) -> Any:
        mine = SharedPace(*budgets, clock=clock, sleep=clock.sleep)
        if not budgets[0].nome.startswith("milvus"):
            return mine
        return _counting(mine, asked)

    began = clock.now()
    report = run("clientes-pm", "padrao", clock=clock, pace=pace)
    minutes = (clock.now() - began).total_seconds() / 60
    used = asked[0] / (minutes * RATE)
    print(f"{report.criados} clientes em {minutes:.1f} minutos simulados a {RATE}/min", flush=True)
    return show("parte do ritmo usada", used, "", ("inteiro", 1.0), above=USED)


def _counting(pace: Any, asked: list[int]) -> Any:
    take: Callable[[float], bool] = pace.take

    def counted(seconds: float) -> bool:
        given = take(seconds)
        asked[0] += given
        return given

    pace.take = counted
    return pace


if __name__ == "__main__":
    main()
