"""From commit to first attempt at 40 events/s over 20 tenants, beside the time an empty Celery task takes.

The workers as shipped (entregas 2, lentas 1, geral 1) and beat. The CPU of all processes, database and broker included,
stands beside that of a raw aiohttp sender of the same run. With `--ocupado` two more processes burn a core each. With
`--morto` a second time with one tenant (5 % of the traffic) whose endpoint accepts and never answers; the figures are
those of the others. `--ritmo 400 --destinos 200` is a full day.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from bench import figures, machine
from bench.busy import busy
from bench.counter import Counter
from bench.cpu import Meter
from bench.installation import KINDS, ROOT, fresh, workers
from bench.pace import paced

EVENT, BODY = "nfe_importada", "x" * 900
DEAD_P99_MS, DEAD_RATIO = 1000, 2
# How many times an empty task's wait, on a quiet machine and on a busy one; and never more than this.
RATIOS = {False: {0.5: 2.5, 0.99: 10.0}, True: {0.5: 6.0, 0.99: 25.0}}
LONGEST_MS = 500
# How many times the CPU of a raw sender a delivery may take, recording included.
CPU_RATIO = {"sqlite": 35, "postgresql": 45}
RAW_REQUESTS = 4_000
WARM_UP_SECONDS, PATIENCE_SECONDS = 15.0, 25.0


@dataclass(frozen=True)
class Tenant:
    """A user with one destination."""

    usuario_id: int
    destino_id: int
    path: str


@dataclass(frozen=True)
class Waits:
    """Milliseconds from the event to the start of its first attempt, and to its arrival; events without any attempt."""

    attempt: list[float]
    arrival: list[float]
    missing: int


def tenants(counter: Counter, amount: int) -> list[Tenant]:
    """Make users with a destination each."""
    from support.deliveries import owned, webhook

    made = []
    for number in range(amount):
        destino_id = webhook(counter.url(number), EVENT, nome=f"d{number}")
        made.append(Tenant(owned(destino_id, f"u{number}"), destino_id, f"/{number}"))
    return made


def fire(everyone: Sequence[Tenant], rate: float, amount: int) -> datetime:
    """Record events in turn, each in a transaction of its own; return when that began."""
    from core.clock import SYSTEM
    from events import disparar_webhook

    began = SYSTEM.now()
    for number in paced(rate, amount):
        tenant = everyone[number % len(everyone)]
        disparar_webhook(EVENT, {"n": number, "mensagem": BODY}, usuario=tenant.usuario_id)
    return began


def waits(counter: Counter, good: Sequence[Tenant], since: datetime) -> Waits:
    """Wait a while for what is still under way, then read what the database and the receiver noted."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while (found := _read(counter, good, since)).missing and time.monotonic() < ends:
        time.sleep(0.5)
    return found


def _read(counter: Counter, good: Sequence[Tenant], since: datetime) -> Waits:
    from sqlalchemy import and_, select

    from storage.models.eventos import Attempt, Delivery, Event
    from storage.session import reading

    paths = {tenant.destino_id: tenant.path for tenant in good}
    first = and_(Attempt.delivery_id == Delivery.id, Attempt.number == 1)
    query = (
        select(Delivery.destino_id, Event.message_id, Delivery.created_at, Attempt.started_at)
        .join(Event, Delivery.event_id == Event.id)
        .join(Attempt, first, isouter=True)
        .where(Delivery.destino_id.in_(paths), Delivery.created_at >= since)
    )
    with reading() as db:
        rows = db.execute(query).all()
    accepted = counter.accepted()
    tried = [row for row in rows if row.started_at is not None]
    return Waits(
        [(row.started_at - row.created_at).total_seconds() * 1000 for row in tried],
        [
            (accepted[paths[row.destino_id], row.message_id][1] - row.created_at.timestamp()) * 1000
            for row in tried
            if (paths[row.destino_id], row.message_id) in accepted
        ],
        len(rows) - len(tried),
    )


@contextmanager
def line(counter: Counter, amount: int) -> Iterator[list[Tenant]]:
    """Run the workers, warm; give the tenants."""
    everyone = tenants(counter, amount)
    with workers("entregas", "lentas", "geral", beat=True):
        fire(everyone, 100, 2 * amount)
        counter.wait_for(2 * amount, WARM_UP_SECONDS)
        yield everyone


def silence(tenant: Tenant, counter: Counter) -> None:
    """Let a tenant's endpoint never answer from now on."""
    from support.deliveries import change

    change(tenant.destino_id, url=counter.url("mudo"))


def show(name: str, found: Waits, reference: Sequence[float], ratios: Mapping[float, float]) -> None:
    """Print the lines of one measurement."""
    limits = {
        share: round(min(ratio * figures.percentile(reference, share), LONGEST_MS), 1)
        for share, ratio in ratios.items()
    }
    for share, title in ((0.5, "p50"), (0.99, "p99")):
        celery = (f"tarefa Celery vazia {title}", figures.percentile(reference, share))
        attempt, arrival = figures.percentile(found.attempt, share), figures.percentile(found.arrival, share)
        figures.show(f"{name} até a 1ª tentativa {title}", attempt, "ms", celery, below=limits.get(share))
        figures.show(f"{name} até o receptor {title}", arrival, "ms", celery)
    print(f"{name}: {len(found.attempt)} eventos medidos, {found.missing} sem tentativa", flush=True)


def raw_cpu(port: int, requests: int) -> float:
    """Return the CPU seconds of a thousand requests of the raw sender, over so many."""
    command = [sys.executable, "-m", "bench.raw", str(port), str(requests)]
    said = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout
    return float(said.split()[1]) / requests * 1000


def measure(given: argparse.Namespace) -> None:
    """Print the lines of one database; the process has its settings from then on."""
    kind, amount = given.banco, int(given.ritmo * given.segundos)
    with fresh(kind) as folder, Counter() as counter:
        from bench import empty

        raw = raw_cpu(counter.port, given.puros)
        with busy(given.ocupado) as burning:
            reference = [wait * 1000 for wait in empty.measure(folder, given.ritmo, min(amount, 200))]
            with line(counter, given.destinos) as everyone:
                good = everyone[1:] if given.morto else everyone
                without, seconds = _timed(counter, good, everyone, given, amount, burning)
                show(f"latência {kind}", without, reference, RATIOS[given.ocupado])
                _show_cpu(kind, seconds / amount * 1000, raw)
                if given.morto:
                    silence(everyone[0], counter)
                    beside = waits(counter, good, fire(everyone, given.ritmo, amount))
                    show(f"com um morto {kind}", beside, reference, {})
                    _compare(kind, without, beside)


def _timed(
    counter: Counter,
    good: Sequence[Tenant],
    everyone: Sequence[Tenant],
    given: argparse.Namespace,
    amount: int,
    burning: Sequence[int],
) -> tuple[Waits, float]:
    """Record the events; return how long they waited, and the CPU seconds until the last had arrived."""
    before, meter = counter.distinct, Meter((counter.pid, *burning))
    since = fire(everyone, given.ritmo, amount)
    counter.wait_for(before + amount, PATIENCE_SECONDS)
    seconds, own = meter.seconds(), meter.own()
    print(f"CPU do registro: {own / amount * 1000:.2f} s por 1000 eventos", flush=True)
    return waits(counter, good, since), seconds


def _show_cpu(kind: str, figure: float, raw: float) -> None:
    limit = round(CPU_RATIO[kind] * raw, 2)
    figures.show(f"CPU por 1000 entregas {kind}", figure, "s", ("aiohttp puro", raw), below=limit)


def _compare(kind: str, without: Waits, beside: Waits) -> None:
    reference, figure = (figures.percentile(found.attempt, 0.99) for found in (without, beside))
    for limit in (DEAD_RATIO * reference, DEAD_P99_MS):
        figures.show(f"p99 dos bons com um morto {kind}", figure, "ms", ("sem ele", reference), below=round(limit, 1))


def main() -> None:
    """Print the lines of one database."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--banco", choices=KINDS, default="postgresql")
    arguments.add_argument("--ritmo", type=float, default=40, help="eventos por segundo")
    arguments.add_argument("--segundos", type=float, default=25)
    arguments.add_argument("--destinos", type=int, default=20)
    arguments.add_argument("--puros", type=int, default=RAW_REQUESTS, help="pedidos do aiohttp puro")
    arguments.add_argument("--ocupado", action="store_true", help="dois processos queimam um núcleo cada um")
    arguments.add_argument("--morto", action="store_true", help="mede de novo com um destino que nunca responde")
    given = arguments.parse_args()
    machine.tell()
    beside = ", dois processos ocupados ao lado" if given.ocupado else ""
    print(f"{given.ritmo:g} eventos/s por {given.segundos:g} s, {given.destinos} destinos{beside}", flush=True)
    measure(given)


if __name__ == "__main__":
    main()
