"""Deliveries per second of 2 worker processes, on each database, beside raw aiohttp with as many processes."""

import argparse
import subprocess
import sys
import time

from bench import figures, machine
from bench.counter import Counter
from bench.installation import KINDS, ROOT, fresh, workers

PROCESSES, DESTINATIONS = 2, 8
# Of what raw aiohttp does in the same run.
SHARE = {"sqlite": 0.45, "postgresql": 0.35}
BODY = "x" * 900


def raw(port: int, amount: int) -> float:
    """Return the reference in requests per second, with as many processes."""
    command = [sys.executable, "-m", "bench.raw", str(port), str(amount // PROCESSES)]
    began = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(PROCESSES)]
    return amount / max(float(process.communicate()[0].split()[0]) for process in began)


def owe(counter: Counter, amount: int) -> float:
    """Record the events in one transaction and tell nobody; return the deliveries recorded per second."""
    from support.deliveries import webhook

    from events import disparar_webhook
    from storage.session import transaction

    for number in range(DESTINATIONS):
        webhook(counter.url(number), nome=f"d{number}")
    began = time.perf_counter()
    with transaction() as db:
        for number in range(amount // DESTINATIONS):
            disparar_webhook("alerta_aberto", {"n": number, "mensagem": BODY}, db=db)
        db.info.clear()
    return amount / (time.perf_counter() - began)


def deliver(amount: int) -> float:
    """Wake every destination as the sweep does; return the deliveries per second until the last outcome is written."""
    from flows.entregas import serving, views

    began = time.perf_counter()
    serving.wake_due()
    while views.counts().get("entregue", 0) < amount:
        time.sleep(0.05)
    return amount / (time.perf_counter() - began)


def measure(kind: str, amount: int) -> None:
    """Print the lines of one database; the process has its settings from then on."""
    amount -= amount % DESTINATIONS
    with fresh(kind), Counter() as counter:
        reference = raw(counter.port, amount)
        recorded = owe(counter, amount)
        with workers("entregas"):
            delivered = deliver(amount)
    figures.show(
        f"vazão {kind}", delivered, "entregas/s", ("aiohttp puro", reference), above=round(SHARE[kind] * reference)
    )
    figures.show(f"registro {kind}", recorded, "entregas/s", ("aiohttp puro", reference))


def main() -> None:
    """Print the lines of each database."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--eventos", type=int, default=20_000)
    arguments.add_argument("--banco", choices=KINDS)
    given = arguments.parse_args()
    if given.banco:
        measure(given.banco, given.eventos)
        return
    machine.tell()
    print(f"{given.eventos} entregas de 1 kB, {PROCESSES} processos, {DESTINATIONS} destinos, fsync ligado", flush=True)
    for kind in KINDS:
        command = [sys.executable, "-m", "bench.throughput", "--banco", kind, "--eventos", str(given.eventos)]
        subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
