"""Random kills of the parts of a running line: worker processes, the broker, what it holds, database connections."""

import contextlib
import os
import random
import signal
import threading
from collections import Counter
from collections.abc import Callable

import redis
from sqlalchemy import Engine, text
from support.line import Line

from workers.layout import one_machine

BACKENDS = "SELECT pid FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid() ORDER BY pid"
LEAST, MOST = 0.5, 1.5


class Violence:
    """Does one thing after the other at random moments, about `every` seconds apart, until the end of the block."""

    def __init__(self, line: Line, admin: Engine, database: str, every: float, seed: int) -> None:
        self.done: Counter[str] = Counter()
        self._line, self._admin, self._database, self._every = line, admin, database, every
        self._draw = random.Random(seed)
        self._workers = [worker.name for worker in one_machine()]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        acts: list[tuple[str, Callable[[], bool]]] = []
        while not self._stop.wait(self._every * self._draw.uniform(LEAST, MOST)):
            if not acts:
                # Each kind once per round, so that a short run meets them all.
                known = [
                    ("worker", self._kill_worker),
                    ("broker", self._kill_broker),
                    ("FLUSHALL", self._flush),
                    ("conexões", self._cut_connections),
                ]
                acts = self._draw.sample(known, len(known))
            name, act = acts.pop()
            with contextlib.suppress(OSError, redis.RedisError):
                self.done[name] += act()

    def _kill_worker(self) -> bool:
        """Kill one process of a worker: the main one or one of its pool."""
        return self._kill(self._line.pids(f"-n {self._draw.choice(self._workers)}@"))

    def _kill_broker(self) -> bool:
        return self._kill([self._line.broker_pid()])

    def _kill(self, pids: list[int]) -> bool:
        if not pids:
            return False
        os.kill(self._draw.choice(sorted(pids)), signal.SIGKILL)
        return True

    def _flush(self) -> bool:
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
