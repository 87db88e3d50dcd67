"""The API over a million notes of 50 companies: how long lists, searches and figures take, and what log and limit cost.

`python -m bench.api [--parte listas|figuras|vazao] [--linhas 1000000] [--banco postgresql://…]`. One process serves, as
shipped. Lists are asked for 50 times a second beside `/saude/`, which does nothing; the wait counts from the moment at
which a request was due. With `--banco` a database is filled once and kept for the next run.
"""

import argparse
import http.client
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import quote

from bench import api_rows, figures, machine
from bench.cpu import tree
from bench.installation import ROOT, fresh, set_environment
from bench.pace import paced

PARTS = ("listas", "figuras", "vazao")
RATE, P99_MS, FIGURES_MS, COST = 50, 50.0, 300.0, 0.10
ROUNDS = 4
NOTHING = "/saude/"
LISTS = {
    "primeira página": "/api/nfe/",
    "página 1.000": "/api/nfe/?page={pagina}",
    "nome raro": f"/api/nfe/?search={quote(api_rows.RARE.upper())}",
    "nome comum": f"/api/nfe/?search={quote(api_rows.COMMON)}",
    "número": "/api/nfe/?search=4321",
    "por valor": "/api/nfe/?ordering=-valor_total",
    "um mês": "/api/nfe/?data_inicio={mes}-01&data_fim={mes}-28",
}
FREE = {"ESTEIRA_API__RATE_LIMIT": "1000000"}
FIGURES = {"dashboard": "/api/dashboard/", "statistics": "/api/statistics/", "totais": "/api/nfe/totais/"}


class Asking:
    """One connection to a server."""

    def __init__(self, port: int, token: str) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        self._headers = {"Authorization": f"Token {token}"}

    def get(self, path: str) -> bytes:
        """Ask; return what is answered."""
        self._line.request("GET", path, headers=self._headers)
        answer = self._line.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status} {body[:200]!r}")
        return body


@contextmanager
def serving(*flags: str) -> Iterator[tuple[int, int]]:
    """Run the API in a process of its own; give its port and its number."""
    from support.ports import free_port, wait_until

    port = free_port()
    module = "bench.api_server" if flags else "workers.web"
    process = subprocess.Popen(
        [sys.executable, "-m", module, *flags], cwd=ROOT, env=os.environ | {"ESTEIRA_API__PORT": str(port)}
    )

    def answers() -> bool:
        if process.poll() is not None:
            raise SystemExit("a API não começou")
        try:
            return bool(Asking(port, "").get(NOTHING))
        except OSError:
            return False

    try:
        wait_until(answers)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


def waits(port: int, token: str, path: str, amount: int) -> list[float]:
    """Ask at an even pace; return the milliseconds that each answer took since it was due."""
    local, found = threading.local(), list[float]()

    def ask(due: float) -> None:
        if not hasattr(local, "line"):
            local.line = Asking(port, token)
        local.line.get(path)
        found.append((time.perf_counter() - due) * 1000)

    with ThreadPoolExecutor(8) as pool:
        for _ in paced(RATE, amount):
            pool.submit(ask, time.perf_counter())
    if len(found) != amount:
        raise SystemExit(f"{path}: {amount - len(found)} sem resposta")
    return found


def lists(token: str, rows: int, amount: int) -> None:
    """Print the p99 of each list."""
    from core.clock import SYSTEM

    said = {"mes": SYSTEM.now().strftime("%Y-%m"), "pagina": str(min(1000, rows // 20))}
    paths = {what: path.format(**said) for what, path in LISTS.items()}
    with serving() as (port, _):
        for path in paths.values():
            Asking(port, token).get(path)
        nothing = figures.percentile(waits(port, token, NOTHING, amount), 0.99)
        for what, path in paths.items():
            took = waits(port, token, path, amount)
            print(f"{what}: p50 {figures.percentile(took, 0.5):.1f} ms", flush=True)
            worst = figures.percentile(took, 0.99)
            figures.show(f"{what} p99 a {RATE}/s", worst, "ms", ("/saude/", nothing), below=P99_MS)


def totals(token: str) -> None:
    """Print how long figures over everything take, the first time and then."""
    with serving() as (port, _):
        line = Asking(port, token)
        began = time.perf_counter()
        line.get(NOTHING)
        nothing = (time.perf_counter() - began) * 1000
        for what, path in FIGURES.items():
            took = []
            for _ in range(5):
                began = time.perf_counter()
                line.get(path)
                took.append((time.perf_counter() - began) * 1000)
            print(f"{what}: a primeira vez {took[0]:.0f} ms", flush=True)
            figures.show(what, max(took[1:]), "ms", ("/saude/", nothing), below=FIGURES_MS)


def throughput(token: str, amount: int) -> None:
    """Print how many lists a second one process answers, with log and limit and without them."""
    with serving() as whole, serving("--sem-registro") as bare:
        seconds = {whole: 0.0, bare: 0.0}
        cpu = {whole: 0.0, bare: 0.0}
        for _ in range(ROUNDS):
            for one in (bare, whole):
                before, began = _cpu(one[1]), time.perf_counter()
                _burst(one[0], token, amount // ROUNDS)
                seconds[one] += time.perf_counter() - began
                cpu[one] += _cpu(one[1]) - before
        rates = {one: amount / took for one, took in seconds.items()}
        least = rates[bare] * (1 - COST)
        figures.show("vazão com registro e limite", rates[whole], "req/s", ("sem", rates[bare]), above=least)
        spent = {one: took / amount * 1000 for one, took in cpu.items()}
        most = spent[bare] / (1 - COST)
        figures.show("CPU com registro e limite", spent[whole], "ms/req", ("sem", spent[bare]), below=most)


def _cpu(pid: int) -> float:
    return tree([pid])[pid]


def _burst(port: int, token: str, amount: int) -> None:
    def ask(count: int) -> None:
        line = Asking(port, token)
        for _ in range(count):
            line.get("/api/nfe/")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(ask, [amount // 4] * 4))


def main() -> None:
    """Measure the part asked for."""
    arguments = argparse.ArgumentParser(prog="python -m bench.api", description=__doc__)
    arguments.add_argument("--parte", choices=PARTS)
    arguments.add_argument("--linhas", type=int, default=1_000_000, metavar="N", help="quantas notas")
    arguments.add_argument("--pedidos", type=int, default=1000, metavar="N", help="quantos pedidos por medida")
    arguments.add_argument("--banco", metavar="URL", help="um banco que fica, em vez de um novo")
    given = arguments.parse_args()
    machine.tell()
    with fresh("postgresql", keeping=given.banco):
        measure([given.parte] if given.parte else PARTS, given.linhas, given.pedidos)


def measure(parts: Sequence[str], rows: int, requests: int) -> None:
    """Fill the database unless it is full, and measure."""
    from flows.usuarios import tokens

    set_environment({name: one for name, one in os.environ.items() if name.startswith("ESTEIRA_")} | FREE)
    seconds = api_rows.load(rows)
    print(f"{rows} notas de {api_rows.COMPANIES} empresas em {seconds:.0f} s", flush=True)
    token = tokens.criar(api_rows.WHO).token
    if "listas" in parts:
        lists(token, rows, requests)
    if "figuras" in parts:
        totals(token)
    if "vazao" in parts:
        throughput(token, requests)


if __name__ == "__main__":
    main()
