"""From commit to first attempt at 40 events/s over 20 tenants, beside the time an empty Celery task takes.

4 worker processes as shipped (entregas 2, lentas 1, geral 1) and beat. With `--morto` a second time with one tenant
(5 % of the traffic) whose endpoint accepts and never answers; the figures are those of the others.
"""

import argparse
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from bench import figures, machine
from bench.counter import Counter
from bench.pace import paced
from bench.place import KINDS, place, workers

TENANTS, EVENT, BODY = 20, "nfe_importada", "x" * 900
P50_MS, P99_MS, DEAD_P99_MS, DEAD_RATIO = 50, 500, 1000, 2
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


def tenants(counter: Counter) -> list[Tenant]:
    """Make users with a destination each."""
    from support.deliveries import owned, webhook

    made = []
    for number in range(TENANTS):
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

    from storage.models import Attempt, Delivery, Event
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
def line(counter: Counter) -> Iterator[list[Tenant]]:
    """Run the workers, warm; give the tenants."""
    everyone = tenants(counter)
    with workers("entregas", "lentas", "geral", beat=True):
        fire(everyone, 100, 2 * TENANTS)
        counter.wait_for(2 * TENANTS, WARM_UP_SECONDS)
        yield everyone


def silence(tenant: Tenant, counter: Counter) -> None:
    """Let a tenant's endpoint never answer from now on."""
    from support.deliveries import change

    change(tenant.destino_id, url=counter.url("mudo"))


def show(name: str, found: Waits, reference: Sequence[float], *, targets: bool) -> None:
    """Print the lines of one measurement."""
    limits = {0.5: P50_MS, 0.99: P99_MS} if targets else {}
    for share, title in ((0.5, "p50"), (0.99, "p99")):
        celery = (f"tarefa Celery vazia {title}", figures.percentile(reference, share))
        attempt, arrival = figures.percentile(found.attempt, share), figures.percentile(found.arrival, share)
        figures.show(f"{name} até a 1ª tentativa {title}", attempt, "ms", celery, below=limits.get(share))
        figures.show(f"{name} até o receptor {title}", arrival, "ms", celery)
    print(f"{name}: {len(found.attempt)} eventos medidos, {found.missing} sem tentativa", flush=True)


def measure(kind: str, rate: float, seconds: float, dead: bool) -> None:
    """Print the lines of one database; the process has its settings from then on."""
    amount = int(rate * seconds)
    with place(kind) as folder, Counter() as counter:
        from bench import empty

        reference = [wait * 1000 for wait in empty.measure(folder, rate, min(amount, 200))]
        with line(counter) as everyone:
            good = everyone[1:] if dead else everyone
            without = waits(counter, good, fire(everyone, rate, amount))
            show(f"latência {kind}", without, reference, targets=True)
            if dead:
                silence(everyone[0], counter)
                beside = waits(counter, good, fire(everyone, rate, amount))
                show(f"com um morto {kind}", beside, reference, targets=False)
                _compare(kind, without, beside)


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
    arguments.add_argument("--morto", action="store_true", help="mede de novo com um destino que nunca responde")
    given = arguments.parse_args()
    machine.tell()
    print(f"{given.ritmo:g} eventos/s por {given.segundos:g} s, {TENANTS} destinos, 4 processos", flush=True)
    measure(given.banco, given.ritmo, given.segundos, given.morto)


if __name__ == "__main__":
    main()
