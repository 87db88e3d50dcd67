"""The whole platform under violence: every flow of the demonstration works while its parts are killed at random.

`esteira subir` with PostgreSQL. Every 20 seconds or so a worker, the broker, what it holds, half of the connections to
the database, beat with the API, or a piece of the outside goes away. It ends in a table of what each flow owed and what
arrived at the outside, the growth of the memory, and the alerts left open; the exit code is 0 only if all arrived.
`python -m bench.plataforma [--minutos N] [--semente N] [--intervalo N] [--broker redis|rabbitmq]`.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, create_engine, text

from bench import installation, machine
from bench.central import BROKERS, RABBITMQ
from bench.chegadas import judge
from bench.memoria import Watch, seconds_text
from bench.mundo import World
from bench.plataforma_fluxos import OFFICE, Feed
from bench.violence import Violence, kill_one

if TYPE_CHECKING:
    from support.line import Line
    from support.rabbitmq import RabbitServer

PATIENCE_SECONDS, LOOK_SECONDS, TELL_SECONDS, COUNT_SECONDS = 600.0, 2.0, 60.0, 15.0
HELD = "SELECT destino_id, count(*) FROM delivery WHERE lease_token IS NOT NULL GROUP BY 1"
SENT = "SELECT identidade FROM questor_arquivo WHERE lease_token IS NOT NULL"
UNANSWERED = (
    "SELECT d.destino_id, count(*) FROM attempt a JOIN delivery d ON d.id = a.delivery_id "
    "WHERE a.status_code = 0 GROUP BY 1"
)


@dataclass
class InFlight:
    """How much was under way before each act, added up, by destination and at the office: only that may come twice."""

    ours: Engine
    world: World
    began: float
    held: Counter[str] = field(default_factory=Counter)

    def look(self, act: str) -> None:
        """Look now, before an act."""
        print(f"{seconds_text(self.began)} {act}", flush=True)
        with self.ours.connect() as db:
            self.held.update(self._by_destination(db, HELD))
            # a lot is reserved by the hundred; what the office has seen of it, and nobody has written yet, is under way
            self.held[OFFICE] += len(set(db.scalars(text(SENT))) & self.world.questor.posts.keys())

    def whole(self) -> Counter[str]:
        """Return it, with the requests that ended without an answer: nobody knew whether they had arrived."""
        with self.ours.connect() as db:
            return self.held + self._by_destination(db, UNANSWERED)

    def _by_destination(self, db: Connection, query: str) -> Counter[str]:
        return Counter({f"destino {row[0]}": row[1] for row in db.execute(text(query))})


class Groups:
    """The processes of a line by what they are."""

    def __init__(self, line: "Line") -> None:
        from workers.layout import one_machine

        self._line = line
        self._parts = {worker.name: f"-n {worker.name}@" for worker in one_machine()}
        self._parts |= {"servicos": "workers.services", "supervisor": "cli.main subir"}

    def __call__(self) -> dict[str, list[int]]:
        return {name: self._line.pids(words) for name, words in self._parts.items()}


@contextmanager
def serving(broker: str, folder: Path) -> Iterator["RabbitServer | None"]:
    """Run RabbitMQ until the end of the block, if it is wanted; the line has a Redis of its own."""
    from support.rabbitmq import RabbitServer, installed

    if broker != RABBITMQ:
        yield None
        return
    if not installed():
        raise SystemExit("falta o programa do RabbitMQ (pacote rabbitmq-server).")
    server = RabbitServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()


@contextmanager
def running(seed: int, rabbit: "RabbitServer | None") -> Iterator[tuple["Line", World, Engine, Engine]]:
    """Run PostgreSQL, the outside and the line; type what the parts of the demonstration want typed."""
    from support.line import Line
    from support.postgres import Cluster

    from cli.typed import type_all

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        cluster = stack.enter_context(Cluster(lasting=True))
        cluster.create(installation.DATABASE)
        world = stack.enter_context(World(folder / "mundo", seed).serving())
        environment = {
            "ESTEIRA_CORE__DATABASE_URL": cluster.url(installation.DATABASE),
            "ESTEIRA_DELIVERIES__SCHEDULE": str([1] * 5 + [5] * 60),
            "ESTEIRA_API__RATE_LIMIT": "100000",
            **world.settings(),
            **({} if rabbit is None else {"ESTEIRA_CORE__BROKER_URL": rabbit.url}),
        }
        line = stack.enter_context(Line(folder / "linha", **environment))
        line.folder.mkdir()
        line.start()
        line.wait_ready()
        installation.join(line.environment)
        if type_all(world.commands()):
            raise SystemExit("a demonstração não aceitou os comandos")
        admin = create_engine(cluster.url("postgres"), isolation_level="AUTOCOMMIT")
        # half of its connections are cut now and then, too
        ours = create_engine(cluster.url(installation.DATABASE), pool_pre_ping=True)
        for engine in (admin, ours):
            stack.callback(engine.dispose)
        yield line, world, admin, ours


def soak(minutes: float, every: float, seed: int, rabbit: "RabbitServer | None") -> bool:
    """Run it and print everything; tell whether all arrived."""
    with running(seed, rabbit) as (line, world, admin, ours):
        began = time.monotonic()
        feed, in_flight = Feed(world, line, minutes), InFlight(ours, world, began)
        acts = {
            "agenda e API": lambda draw: kill_one(line.pids("workers.services"), draw),
            "lado de fora": world.stumble,
        }
        violence = Violence(
            line, admin, installation.DATABASE, every, seed, more=acts, before=in_flight.look, rabbit=rabbit
        )
        with Watch(Groups(line)) as memory:
            with feed, violence:
                _wait(began, minutes * 60, feed, in_flight)
            world.steady()
            world.rest()
            whole = _complete(began, feed, in_flight)
        print(f"mortes {violence.done.total()}: {', '.join(f'{a} {b}' for a, b in sorted(violence.done.items()))}")
        right = judge(feed.flows(in_flight.whole()))
        memory.tell()
        feed.tell_alerts()
        if not (right and whole):
            print(line.log.read_text()[-6000:])
        return right and whole


def _wait(began: float, seconds: float, feed: Feed, in_flight: InFlight) -> None:
    told = 0.0
    while (now := time.monotonic() - began) < seconds:
        if now - told >= TELL_SECONDS:
            told = now
            print(f"{seconds_text(began)} {feed.summary(in_flight.held)}", flush=True)
        feed.chores()
        time.sleep(LOOK_SECONDS)


def _complete(began: float, feed: Feed, in_flight: InFlight) -> bool:
    """Wait until nothing is missing any more; tell whether so."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends:
        with suppress(Exception):
            if not any(flow.missing for flow in feed.flows(in_flight.held)):
                print(f"{seconds_text(began)} nada mais falta", flush=True)
                return True
        # the servers of the outside live in this process: who counts takes their time
        time.sleep(COUNT_SECONDS)
    return False


def main() -> None:
    """Run it for so long."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--minutos", type=float, default=30)
    arguments.add_argument("--intervalo", type=float, default=20, help="segundos entre duas mortes, em média")
    arguments.add_argument("--semente", type=int, default=random.randrange(10**6))
    arguments.add_argument("--broker", choices=BROKERS, default=BROKERS[0])
    given = arguments.parse_args()
    machine.tell()
    often = f"uma morte a cada {given.intervalo:g} s"
    print(f"{given.minutos:g} minutos com {given.broker}, {often}, semente {given.semente}", flush=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place, serving(given.broker, Path(place)) as rabbit:
        right = soak(given.minutos, given.intervalo, given.semente, rabbit)
    sys.exit(0 if right else 1)


if __name__ == "__main__":
    main()
