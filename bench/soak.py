"""The soak: tens of thousands of deliveries through the whole line while its parts are killed at random.

`esteira subir` with PostgreSQL; the receiver fails at random too. It ends when every delivery that the database knows
was accepted by the receiver and says so, or when time is up; the exit code is 0 only in the first case. What is killed
and when follows from the seed; with `--mortes N` the killing ends after so many, without it never.
`python -m bench.soak [--entregas N] [--mortes N] [--semente N]`.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter as Tally
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine

from bench import installation, machine
from bench.counter import Counter
from bench.violence import Violence

# Short waits, many of them: the receiver's failures are random, so an event needs only patience.
SCHEDULE = str([0.5] * 3 + [1] * 40)
FAILURES, BODY, CHECK_SECONDS = 0.06, "x" * 400, 1.0
MISSING_SHOWN = 5
Key = tuple[str, str]


@dataclass(frozen=True)
class Wanted:
    """How much, how fast and how violent."""

    deliveries: int
    destinations: int
    rate: float
    every: float
    seconds: float
    seed: int
    kills: int | None = None

    @property
    def events(self) -> int:
        return -(-self.deliveries // self.destinations)


@dataclass
class Recorded:
    """What the recording side saw: ids whose commit was confirmed, and how often it had to try again."""

    ids: set[str]
    repeated: int = 0


def record(wanted: Wanted, ends: float) -> Recorded:
    """Record the events as a business process does, each in its own transaction; a lost connection means once more."""
    from bench.pace import paced
    from core.errors import Transient
    from events import disparar_webhook

    done = Recorded(set())
    for number in paced(wanted.rate, wanted.events):
        while time.monotonic() < ends:
            try:
                done.ids.add(disparar_webhook("alerta_aberto", {"n": number, "mensagem": BODY}))
                break
            except Transient:
                done.repeated += 1
                time.sleep(0.1)
    return done


def owed() -> dict[Key, str]:
    """Return the state of every delivery that the database knows, by path and webhook-id."""
    from sqlalchemy import select
    from yarl import URL

    from storage.models.destinos import Destino
    from storage.models.eventos import Delivery, Event
    from storage.session import reading

    query = (
        select(Destino.url, Event.message_id, Delivery.estado)
        .join(Event, Delivery.event_id == Event.id)
        .join(Destino, Delivery.destino_id == Destino.id)
    )
    with reading() as db:
        return {(URL(url).path, message_id): estado for url, message_id, estado in db.execute(query)}


def wait_until_delivered(ends: float) -> bool:
    """Wait until the database says that nothing is open any more; tell whether it does."""
    from core.errors import Transient
    from flows.entregas import views

    while time.monotonic() < ends:
        try:
            if set(views.counts()) == {"entregue"}:
                return True
        except Transient:
            pass
        time.sleep(CHECK_SECONDS)
    return False


@contextmanager
def running(wanted: Wanted) -> Iterator[tuple[Counter, Violence]]:
    """Run PostgreSQL, the receiver and the line with its destinations; give the receiver and the violence to come."""
    from support.line import Line
    from support.postgres import Cluster

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        cluster = stack.enter_context(Cluster(lasting=True))
        cluster.create(installation.DATABASE)
        counter = stack.enter_context(Counter(FAILURES, wanted.seed))
        environment = {
            "ESTEIRA_CORE__DATABASE_URL": cluster.url(installation.DATABASE),
            "ESTEIRA_DELIVERIES__SCHEDULE": SCHEDULE,
        }
        line = stack.enter_context(Line(folder, **environment))
        line.start()
        line.wait_ready()
        installation.join(line.environment)
        _subscribe(counter, wanted.destinations)
        admin = create_engine(cluster.url("postgres"), isolation_level="AUTOCOMMIT")
        stack.callback(admin.dispose)
        yield counter, Violence(line, admin, installation.DATABASE, wanted.every, wanted.seed, wanted.kills)


def _subscribe(counter: Counter, amount: int) -> None:
    from support.deliveries import webhook

    for number in range(amount):
        webhook(counter.url(number), nome=f"d{number}")


def soak(wanted: Wanted) -> bool:
    """Run it and print the counts; tell whether everything arrived."""
    began = time.monotonic()
    ends = began + wanted.seconds
    with running(wanted) as (counter, violence):
        with violence:
            recorded = record(wanted, ends)
            closed = violence.over(ends - time.monotonic()) and wait_until_delivered(ends)
        seconds = time.monotonic() - began
        states, accepted, requests = owed(), counter.accepted(), counter.requests
    kills = ", ".join(f"{name} {times}" for name, times in sorted(violence.done.items()))
    again = sum(times - 1 for times, _ in accepted.values())
    print(f"eventos {len(recorded.ids)} de {wanted.events} confirmados, {recorded.repeated} gravações repetidas")
    print(f"entregas {len(states)}, pedidos recebidos {requests}, aceitos distintos {len(accepted)}, repetidos {again}")
    print(f"mortes {violence.done.total()}: {kills}")
    print(f"segundos {seconds:.0f}, {len(accepted) / seconds:.0f} entregas/s com tudo isso")
    complete = closed and len(recorded.ids) == wanted.events
    return _verdict(states, set(accepted), recorded.ids) and complete


def _verdict(states: Mapping[Key, str], accepted: set[Key], ids: set[str]) -> bool:
    """Print what is missing, if anything."""
    missing = [key for key in states if key not in accepted]
    lost = ids - {message_id for _, message_id in states}
    open_ = Tally(states.values())
    print(f"estados: {', '.join(f'{name} {times}' for name, times in sorted(open_.items()))}")
    for path, message_id in missing[:MISSING_SHOWN]:
        print(f"falta {message_id} em {path}: {states[path, message_id]}")
    print(f"faltam {len(missing)} entregas; {len(lost)} eventos confirmados não estão no banco", flush=True)
    return not missing and not lost


def main() -> None:
    """Run the soak with these amounts."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--entregas", type=int, default=50_000)
    arguments.add_argument("--destinos", type=int, default=10)
    arguments.add_argument("--ritmo", type=float, default=100, help="eventos gravados por segundo, no máximo")
    arguments.add_argument("--intervalo", type=float, default=8, help="segundos entre duas mortes, em média")
    arguments.add_argument("--mortes", type=int, help="quantas ao todo; sem ela, até o fim")
    arguments.add_argument("--segundos", type=float, default=900, help="quando desistir")
    arguments.add_argument("--semente", type=int, default=random.randrange(10**6))
    given = arguments.parse_args()
    wanted = Wanted(
        given.entregas, given.destinos, given.ritmo, given.intervalo, given.segundos, given.semente, given.mortes
    )
    machine.tell()
    print(f"{wanted.events} eventos para {wanted.destinations} destinos, semente {wanted.seed}", flush=True)
    sys.exit(0 if soak(wanted) else 1)


if __name__ == "__main__":
    main()
