"""Documents per second sent to a local Questor by the two processes of the shipped worker, beside bare aiohttp.

`python -m bench.questor_send [--parte NOME] [--banco sqlite|postgresql]`.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp

from bench import figures, machine
from bench.child import Ask, child
from bench.installation import KINDS, ROOT, fresh, workers

BODY = "x" * 4000
PATIENCE_SECONDS = 300.0


@dataclass(frozen=True)
class Part:
    """One measurement: how the server behaves, the account's settings, how many documents, how many a second at least.

    `bound` is what the server allows a second, where that is known.
    """

    server: dict[str, float]
    account: dict[str, str]
    amount: int
    least: float
    bound: float | None = None
    most_failures: float | None = None


PARTS = {
    "latencia": Part({"latencia": 0.1}, {"max_concurrency": "64", "max_batch_items": "1"}, 20_000, 540, 640),
    "unitario": Part({}, {"max_concurrency": "64", "max_batch_items": "1"}, 40_000, 3500),
    "lotes": Part({}, {"max_concurrency": "64", "max_batch_items": "50"}, 60_000, 6000),
    "fragil": Part(
        {"latencia": 0.1, "em-voo": 64}, {"max_concurrency": "128", "max_batch_items": "1"}, 12_000, 0, 640, 0.03
    ),
    "lento": Part({"capacidade": 11}, {"max_concurrency": "16", "max_batch_items": "1"}, 500, 10, 11, 0.0),
}


@contextmanager
def server(manners: dict[str, float]) -> Iterator[tuple[str, Ask]]:
    """Run the lean server; give its address and a way to ask it for its totals."""
    flags = [word for name, value in manners.items() for word in (f"--{name}", str(value))]
    with child("bench.questor_server", *flags) as (port, ask):
        yield f"http://127.0.0.1:{port}", ask


async def bare(address: str, amount: int, in_flight: int) -> float:
    """Return the requests per second of aiohttp alone, one document each."""
    left = iter(range(amount))
    body = json.dumps([{"Xml": BODY, "Format": True}]).encode()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=in_flight)) as session:

        async def lane() -> None:
            for _ in left:
                async with session.post(f"{address}/api/v1/x/importarxmlnfearray", data=body) as response:
                    await response.read()

        began = time.perf_counter()
        await asyncio.gather(*(lane() for _ in range(in_flight)))
        return amount / (time.perf_counter() - began)


def configure(address: str, account: dict[str, str]) -> None:
    """Add the account to the settings of this process and its children."""
    given = {"OFFICE": "bench", "TOKEN": "bench", "BASE_URL": address, "WINDOW": "sempre"}
    os.environ |= {f"ESTEIRA_QUESTOR__{name.upper()}": value for name, value in {**given, **account}.items()}
    from core.settings.load import get_settings

    get_settings.cache_clear()


def make_lot(folder: Path, amount: int) -> int:
    """Write a lot of so many documents; return its number."""
    from support.questor import lot

    from sandbox.questor.documentos import documento

    return lot(folder / "xml", (documento("nfe", number, extra=BODY) for number in range(1, amount + 1)))


def is_done(lote: int) -> bool:
    """Tell whether every document of a lot has its outcome."""
    from flows.questor import lots
    from storage.session import reading

    with reading() as db:
        return not lots.has_open(db, lote)


def deliver(folder: Path, amount: int) -> tuple[float, int]:
    """Send a lot with the workers; return the documents per second and how many were accepted."""
    from support.questor import states

    from core import messages
    from flows.questor import starting

    lote = make_lot(folder, amount)
    with workers("questor", beat=True):
        began = time.perf_counter()
        for _ in range(starting.SENDERS):
            messages.send("questor.enviar_bloco", [lote])
        while not is_done(lote) and time.perf_counter() - began < PATIENCE_SECONDS:
            time.sleep(0.1)
        return amount / (time.perf_counter() - began), states(lote).get("enviado", 0)


def measure(name: str, kind: str, amount: int | None) -> None:
    """Print the lines of one part; the process has its settings from then on."""
    part = replace(PARTS[name], amount=amount) if amount else PARTS[name]
    in_flight = int(part.account["max_concurrency"])
    with fresh(kind) as folder:
        if part.bound is None:
            with server(part.server) as (address, _):
                reference = ("aiohttp puro", asyncio.run(bare(address, part.amount, in_flight)))
        else:
            reference = ("limite do servidor", part.bound)
        with server(part.server) as (address, ask):
            configure(address, part.account)
            rate, accepted = deliver(folder, part.amount)
            totals = ask()
    figures.show(f"envio {name} {kind}", rate, "doc/s", reference, above=part.least or None)
    print(f"  {accepted} de {part.amount} aceitos; servidor: {totals}", flush=True)
    if part.most_failures is not None:
        share, most = 100 * totals["recusados"] / totals["pedidos"], 100 * part.most_failures
        figures.show(f"respostas 500 {name}", share, "%", ("alvo", most), below=most + 0.01)


def main() -> None:
    """Run each part in a process of its own."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--parte", choices=PARTS)
    arguments.add_argument("--banco", choices=KINDS, default="sqlite")
    arguments.add_argument("--documentos", type=int, help="quantos, em vez dos da parte")
    given = arguments.parse_args()
    if given.parte:
        measure(given.parte, given.banco, given.documentos)
        return
    machine.tell()
    for name in PARTS:
        command = [sys.executable, "-m", "bench.questor_send", "--parte", name, "--banco", given.banco]
        subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
