"""Random kills of the parts of a running line: worker processes, the broker, what it holds, database connections."""

import contextlib
import os
import random
import signal
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial

import redis
from amqp.exceptions import AMQPError
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from support.line import Line
from support.rabbitmq import RabbitServer

from workers.layout import one_machine

BACKENDS = "SELECT pid FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid() ORDER BY pid"
LEAST, MOST = 0.5, 1.5
# One more way to hurt: it draws whom, and tells whether there was anybody.
Act = Callable[[random.Random], bool]


class Violence:
    """Does one thing after the other at random moments, about `every` seconds apart.

    It ends with the block, or after `most` acts: a slow machine gets up only when it is left alone. `more` are acts
    beside its own, by name; `before` hears the name of each before it. `rabbit` is the broker where the line has none
    of its own; it is started again at once.
    """

    def __init__(
        self,
        line: Line,
        admin: Engine,
        database: str,
        every: float,
        seed: int,
        most: int | None = None,
        *,
        more: Mapping[str, Act] | None = None,
        before: Callable[[str], None] | None = None,
        rabbit: RabbitServer | None = None,
    ) -> None:
        self.done: Counter[str] = Counter()
        self._more, self._before, self._rabbit = more or {}, before, rabbit
        self._line, self._admin, self._database, self._every, self._most = line, admin, database, every, most
        self._draw = random.Random(seed)
        self._workers = [worker.name for worker in one_machine()]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def over(self, seconds: float) -> bool:
        """Wait so long for the last act of all, if there is one; tell whether it is done."""
        if self._most is not None:
            self._thread.join(seconds)
        return self._most is None or not self._thread.is_alive()

    def _run(self) -> None:
        kinds: dict[str, Callable[[], bool]] = {
            "worker": self._kill_worker,
            "broker": self._kill_broker,
            "FLUSHALL": self._flush,
            "conexões": self._cut_connections,
            **{name: partial(act, self._draw) for name, act in self._more.items()},
        }
        round_: list[str] = []
        while self.done.total() != self._most and not self._stop.wait(self._every * self._draw.uniform(LEAST, MOST)):
            # Each kind once per round, so that a short run meets them all; what found nothing to hit waits its turn.
            round_ = round_ or self._draw.sample(list(kinds), len(kinds))
            name = round_.pop()
            done = False
            with contextlib.suppress(OSError, redis.RedisError, AMQPError, DBAPIError):
                if self._before is not None:
                    self._before(name)
                done = kinds[name]()
            if done:
                self.done[name] += 1
            else:
                round_.insert(0, name)

    def _kill_worker(self) -> bool:
        """Kill one process of a worker: the main one or one of its pool."""
        return kill_one(self._line.pids(f"-n {self._draw.choice(self._workers)}@"), self._draw)

    def _kill_broker(self) -> bool:
        if self._rabbit is None:
            return kill_one([self._line.broker_pid()], self._draw)
        self._rabbit.kill()
        self._rabbit.start()
        return True

    def _flush(self) -> bool:
        if self._rabbit is not None:
            self._rabbit.flush()
            return True
        with self._line.redis() as client:
            return bool(client.flushall())

    def _cut_connections(self) -> bool:
        """Cut about half of the connections, in the middle of whatever they do."""
        with self._admin.connect() as connection:
            pids = connection.execute(text(BACKENDS), {"name": self._database}).scalars().all()
            for pid in self._draw.sample(pids, (len(pids) + 1) // 2):
                connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        return bool(pids)

    def __enter__(self) -> "Violence":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def kill_one(pids: list[int], draw: random.Random) -> bool:
    """Kill one of these processes; tell whether there was any."""
    if not pids:
        return False
    os.kill(draw.choice(sorted(pids)), signal.SIGKILL)
    return True
