"""Living together on one machine: from commit to first attempt while all else has much to do, beside a quiet line.

`python -m bench.convivio [--banco sqlite|postgresql] [--segundos 25]`. The two workers of `esteira subir` and beat; 40
events a second for 20 destinations. Then once more while hubs take 20 s for each of 40 boxes, a lot of 5,000 documents
is on its way to Questor and one destination accepts and never answers; the figures are those of the others.
"""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import figures, machine
from bench.child import child
from bench.counter import Counter
from bench.installation import KINDS, fresh, workers
from bench.latency import PATIENCE_SECONDS, Tenant, Waits, fire, silence, tenants, waits
from bench.questor_send import configure, server
from bench.sat import fleet

LONGEST_MS = 500
RATE, DESTINATIONS = 40, 20
BOXES, HUB_SECONDS = 40, 20.0
DOCUMENTS, DOCUMENTS_PER_SECOND = 5_000, 100


@contextmanager
def neighbours(folder: Path, documents: int) -> Iterator[None]:
    """Give the same workers boxes of slow hubs and a lot for Questor; say in the end how far both came."""
    from support.questor import lot, states

    from core import messages
    from flows.questor import starting
    from flows.sat.boxes import check_all_soon
    from sandbox.questor.documentos import documento

    with child("bench.hub_server", "--latencia", str(HUB_SECONDS)) as (port, ask):
        fleet(folder, port, BOXES)
        lote = lot(folder / "xml", (documento("nfe", number) for number in range(1, documents + 1)))
        check_all_soon()
        messages.send("sat.varrer")
        for _ in range(starting.SENDERS):
            messages.send("questor.enviar_bloco", [lote])
        yield
        print(f"ao lado: hub {ask()}; questor {states(lote)}", flush=True)


def measured(counter: Counter, everyone: list[Tenant], seconds: float, dead: bool) -> Waits:
    """Record events in turn for so many seconds; return how long those of the living waited."""
    good = everyone[1:] if dead else everyone
    before = counter.distinct
    amount = int(RATE * seconds)
    since = fire(everyone, RATE, amount)
    counter.wait_for(before + amount - (amount // len(everyone) if dead else 0), PATIENCE_SECONDS)
    return waits(counter, good, since)


def measure(kind: str, seconds: float, documents: int) -> None:
    """Print the lines of one database."""
    with fresh(kind) as folder, Counter() as counter, server({"capacidade": DOCUMENTS_PER_SECOND}) as (address, _):
        configure(address, {})
        everyone = list(tenants(counter, DESTINATIONS))
        with workers("urgentes", "demais", beat=True):
            fire(everyone, 100, 2 * DESTINATIONS)
            counter.wait_for(2 * DESTINATIONS, PATIENCE_SECONDS)
            alone = measured(counter, everyone, seconds, dead=False)
            silence(everyone[0], counter)
            with neighbours(folder, documents):
                beside = measured(counter, everyone, seconds, dead=True)
    for share, title in ((0.5, "p50"), (0.99, "p99")):
        reference, figure = (figures.percentile(found.attempt, share) for found in (alone, beside))
        below = LONGEST_MS if share > 0.5 else None
        figures.show(f"convívio {kind} até a 1ª tentativa {title}", figure, "ms", ("sozinho", reference), below=below)
    print(f"convívio {kind}: {len(beside.attempt)} eventos medidos, {beside.missing} sem tentativa", flush=True)


def main() -> None:
    """Print the lines of one database."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--banco", choices=KINDS, default="sqlite")
    arguments.add_argument("--segundos", type=float, default=25)
    arguments.add_argument("--documentos", type=int, default=DOCUMENTS)
    given = arguments.parse_args()
    machine.tell()
    measure(given.banco, given.segundos, given.documentos)


if __name__ == "__main__":
    main()
