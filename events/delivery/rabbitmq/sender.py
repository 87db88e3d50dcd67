"""The exchanges of this process: for each that is used one kept connection, and a thread that works on it."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from queue import Empty, SimpleQueue

from connectors.base.watch import Watch
from core.per_process import PerProcess
from core.settings.deliveries import DeliverySettings
from events.delivery.address import Judge
from events.delivery.outcome import NO_TURN
from events.delivery.rabbitmq.link import HEARTBEAT_SECONDS, Link
from events.delivery.rabbitmq.message import Publication
from events.delivery.rabbitmq.options import Exchange
from events.delivery.rabbitmq.outcomes import Settled

# So many messages are on their way at once, and so long a connection is kept open for the next.
AT_ONCE, IDLE_SECONDS = 64, 60.0
TICK_SECONDS = HEARTBEAT_SECONDS / 4
Job = tuple[Publication, "Future[Settled]"]


class Line:
    """The messages of one exchange, one after the other; its thread ends with its connection."""

    def __init__(self, link: Link, watch: Watch) -> None:
        self._link, self._watch = link, watch
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def put(self, one: Publication) -> "Future[Settled]":
        """Let a message go out; from any thread."""
        settled: Future[Settled] = Future()
        with self._lock:
            self._jobs.put((one, settled))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="esteira-rabbitmq", daemon=True)
                self._thread.start()
        return settled

    def close(self) -> None:
        """End the thread once it is done with what was put."""
        with self._lock:
            thread = self._thread
            self._jobs.put(None)
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        used = time.monotonic()
        while True:
            jobs, goes_on = self._next()
            if jobs:
                self._work(jobs)
                used = time.monotonic()
            elif self._link.open:
                self._link.tick()
            if not goes_on:
                self._link.close()
                return
            if (time.monotonic() - used > IDLE_SECONDS) and self._rest():
                return

    def _next(self) -> tuple[list[Job], bool]:
        """Return what waits, as soon as something does; nothing after a while. False at the end of all."""
        jobs: list[Job] = []
        try:
            one = self._jobs.get(timeout=TICK_SECONDS)
            while one is not None:
                jobs.append(one)
                if len(jobs) == AT_ONCE:
                    break
                one = self._jobs.get_nowait()
        except Empty:
            return jobs, True
        return jobs, one is not None

    def _rest(self) -> bool:
        """Let the thread end, unless something was put meanwhile."""
        with self._lock:
            if not self._jobs.empty():
                return False
            self._link.close()
            self._thread = None
            return True

    def _work(self, jobs: list[Job]) -> None:
        now = time.monotonic()
        late = [job for job in jobs if job[0].ends <= now]
        for _, settled in late:
            settled.set_result(Settled(NO_TURN))
        begun = [job for job in jobs if job[0].ends > now]
        if not begun:
            return
        try:
            with self._watch.until(max(one.ends for one, _ in begun), self._link.cut):
                found = self._link.publish([one for one, _ in begun])
            for (_, settled), became in zip(begun, found, strict=True):
                settled.set_result(became)
        except BaseException as bug:  # noqa: BLE001 - whoever waits for it is told
            for _, settled in begun:
                if not settled.done():
                    settled.set_exception(bug)


class Sender:
    """The lines of a process."""

    def __init__(self, settings: DeliverySettings) -> None:
        self._judge, self._timeout = Judge.of(settings), settings.connect_timeout
        self._watch = Watch()
        self._lines: dict[Exchange, Line] = {}

    async def send(self, exchange: Exchange, make: Callable[[float], Publication], seconds: float) -> Settled:
        """Publish one message and wait for the broker's word, without holding up the loop."""
        same = replace(exchange, key="")
        if same not in self._lines:
            self._lines[same] = Line(Link(exchange, self._judge, self._timeout), self._watch)
        line = self._lines[same]
        return await asyncio.wrap_future(line.put(make(time.monotonic() + seconds)))

    def close(self) -> None:
        """Close the connections."""
        for line in self._lines.values():
            line.close()
        self._watch.close()


# Its connections stay open between runs.
_sender = PerProcess(lambda: Sender(DeliverySettings.current()), Sender.close)
of_process, close = _sender.get, _sender.close
