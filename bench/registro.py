"""What an importer pays to record many events in one transaction, in CPU of all processes, the database's included.

Each event is owed to one destination; the same with single events, each in a transaction of its own, stands beside it.
"""

import argparse
import subprocess
import sys
import time

from bench import figures, machine
from bench.cpu import Meter
from bench.installation import KINDS, ROOT, fresh

EVENT, BODY = "nfe_importada", "x" * 900
# Milliseconds of CPU of one event.
MOST_MS = 0.15
SINGLE = 300


def measure(kind: str, amount: int, rounds: int) -> None:
    """Print the line of one database; the process has its settings from then on."""
    with fresh(kind):
        from support.deliveries import owned, webhook

        from events import Disparo, disparar_varios, disparar_webhook
        from storage.session import transaction

        usuario = owned(webhook("http://127.0.0.1:9/x", EVENT), "ana")
        disparos = [Disparo(EVENT, {"n": n, "mensagem": BODY}, usuario) for n in range(amount)]

        def record() -> None:
            with transaction() as db:
                disparar_varios(disparos, db)
                db.info.clear()

        record()
        meter, began = Meter(), time.perf_counter()
        for _ in range(rounds):
            record()
        each = meter.seconds() / rounds / amount * 1000
        own = meter.own() / rounds / amount * 1000
        passed = (time.perf_counter() - began) / rounds * 1000
        meter = Meter()
        for number in range(SINGLE):
            disparar_webhook(EVENT, {"n": number, "mensagem": BODY}, usuario)
        single = meter.seconds() / SINGLE * 1000
    figures.show(f"{amount} eventos numa transação {kind}", each, "ms", ("um a um", single), below=MOST_MS)
    print(f"do próprio processo {own:.3f} ms; uma transação dura {passed:.0f} ms", flush=True)


def main() -> None:
    """Print the lines of each database."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--eventos", type=int, default=1000)
    arguments.add_argument("--vezes", type=int, default=10)
    arguments.add_argument("--banco", choices=KINDS)
    given = arguments.parse_args()
    if given.banco:
        measure(given.banco, given.eventos, given.vezes)
        return
    machine.tell()
    for kind in KINDS:
        command = [sys.executable, "-m", "bench.registro", "--banco", kind, "--eventos", str(given.eventos)]
        subprocess.run([*command, "--vezes", str(given.vezes)], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
