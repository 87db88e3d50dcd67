"""One loop over the processes of the line: start, show, restart with back-off, stop in reverse order.

SIGINT, SIGTERM or SIGHUP stop everything in order; a second one ends everything at once. A killed supervisor needs
no handler: the guard of each process asked the kernel to end it.
"""

import os
import selectors
import signal
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

from core.text import os_fault
from workers.child import Child
from workers.lines import shown
from workers.spec import Process, waves

INTERRUPTED = 130
TICK, READY_TICK = 1.0, 0.05
NEVER = float("inf")
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True)
class BackOff:
    """How long a process that ended waits before it starts again."""

    first: float = 0.2
    longest: float = 10.0
    healthy: float = 30.0

    def after(self, life: float, last: float) -> float:
        """Return the wait after a life of so many seconds, given the wait before it (0: none)."""
        if life >= self.healthy or last <= 0:
            return self.first
        return min(last * 2, self.longest)


@dataclass
class Place:
    """A process's place in the line, with or without somebody in it."""

    spec: Process
    child: Child | None = None
    started: float = 0.0
    wait: float = 0.0
    due: float = 0.0
    kill_at: float = NEVER
    ready: bool = False
    tried: bool = False
    done: bool = False
    prefix: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def waits_to_start(self) -> bool:
        """Nobody is here, and somebody should be."""
        return self.child is None and not self.done


class Supervisor:
    """Runs processes until told to stop; `write` takes each line for people."""

    def __init__(
        self,
        processes: Sequence[Process],
        write: Callable[[str], None],
        *,
        stop_limit: float = 5.0,
        backoff: BackOff | None = None,
        abort: Callable[[], None] | None = None,
    ) -> None:
        self._places = {process.name: Place(process) for process in processes}
        self._order = waves(tuple(processes))
        self._write, self._stop_limit, self._abort = write, stop_limit, abort
        self._backoff = backoff or BackOff()
        self._stopping = False
        self._selector = selectors.DefaultSelector()
        width = max(map(len, self._places), default=0)
        for name, place in self._places.items():
            place.prefix = f"{name:<{width}} | "

    def run(self) -> int:
        """Run until a signal asks for the end; return the exit code."""
        with self._signals():
            try:
                while not self._stopping:
                    self._start_due()
                    self._wait(self._patience())
                    self._collect()
                    self._look_whether_ready()
                self._stop_all()
            finally:
                self._kill_all()
                self._selector.close()
        return 0

    def request_stop(self) -> None:
        """Ask for an orderly end, as a first signal does."""
        self._stopping = True

    # Starting

    def _start_due(self) -> None:
        now = time.monotonic()
        for place in self._places.values():
            if place.waits_to_start and place.due <= now and self._may_start(place):
                self._start(place)

    def _may_start(self, place: Place) -> bool:
        """Others are waited for only once: whoever starts again finds them back by itself."""
        return place.tried or all(self._places[name].ready for name in place.spec.after)

    def _start(self, place: Place) -> None:
        place.started, place.kill_at = time.monotonic(), NEVER
        try:
            told = place.spec.before() if place.spec.before else None
            if told:
                self._tell(place, told)
            place.child = Child(place.spec, lambda line: self._show(place, line))
        except OSError as error:
            self._tell(place, f"não consegui iniciar: {os_fault(error)}")
            self._schedule(place)
            return
        place.tried, place.environment = True, place.child.environment
        self._selector.register(place.child, selectors.EVENT_READ, place)

    def _schedule(self, place: Place) -> None:
        now = time.monotonic()
        place.wait = self._backoff.after(now - place.started, place.wait)
        place.due = now + place.wait

    # Watching

    def _patience(self) -> float:
        """Return how long nothing can become due."""
        now = time.monotonic()
        empty = [place.due - now for place in self._places.values() if place.waits_to_start]
        ends = [place.kill_at - now for place in self._places.values() if place.child is not None]
        awaited = any(place.child is not None and not place.ready for place in self._places.values())
        nearest = min([TICK, *ends, *(max(wait, READY_TICK) for wait in empty)])
        return max(0.0, min(nearest, READY_TICK) if awaited else nearest)

    def _wait(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            if isinstance(key.data, Place):
                child = key.data.child
                if child is not None and not child.read():
                    self._selector.unregister(child)
            else:
                key.data()

    def _collect(self) -> None:
        now = time.monotonic()
        for place in self._places.values():
            if place.child is None:
                continue
            if place.kill_at <= now:
                place.kill_at = NEVER
                place.child.kill()
            if place.child.ended():
                self._bury(place, place.child)

    def _bury(self, place: Place, child: Child) -> None:
        if child.fileno() in self._selector.get_map():
            self._selector.unregister(child)
        place.child, code = None, child.reap()
        place.ready = place.done = place.spec.once and code == 0
        if self._stopping or place.done:
            return
        self._schedule(place)
        # A job that failed does not hold up the others; it is tried again beside them.
        place.ready = place.spec.once
        self._tell(place, f"terminou ({reason(code)}); recomeça em {place.wait:g} s")

    def _look_whether_ready(self) -> None:
        for place in self._places.values():
            if place.child is not None and not place.ready and not place.spec.once:
                place.ready = place.spec.ready is None or place.spec.ready()
                if place.ready:
                    self._renew()

    def _renew(self) -> None:
        """Start those again whose environment is another one since somebody became ready."""
        for place in self._places.values():
            if not place.tried or place.waits_to_start or place.environment == place.spec.environment():
                continue
            place.done = False
            if place.child is not None and place.kill_at == NEVER:
                place.child.signal(place.spec.stop_signal)
                place.kill_at = time.monotonic() + place.spec.grace

    # Stopping

    def _stop_all(self) -> None:
        """Stop wave after wave; whoever is late, or left when time is up, is killed with its group."""
        self._write("Parando tudo, em ordem; mais um sinal termina na hora.")
        ends = time.monotonic() + self._stop_limit
        groups = [[place for place in map(self._places.__getitem__, names) if place.child] for names in self._order]
        for number, group in enumerate(groups):
            for place in group:
                if place.child is not None:
                    place.child.signal(place.spec.stop_signal)
            share = ends - sum(self._share(later) for later in groups[number + 1 :])
            self._await_end(group, min(time.monotonic() + _grace(group), share))

    def _share(self, group: Sequence[Place]) -> float:
        """Return the time that is kept for a wave, however long the ones before it take."""
        return min(_grace(group), self._stop_limit / len(self._order))

    def _await_end(self, places: Sequence[Place], deadline: float) -> None:
        while any(place.child is not None for place in places) and time.monotonic() < deadline:
            self._wait(min(READY_TICK, max(0.0, deadline - time.monotonic())))
            self._collect()
        for place in places:
            if place.child is not None:
                self._tell(place, "não terminou a tempo e foi encerrado")
                place.child.kill()
                self._bury(place, place.child)

    def _kill_all(self) -> None:
        for place in self._places.values():
            if place.child is not None:
                place.child.kill()
                self._bury(place, place.child)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """Install the handlers; a signal also wakes the loop through a socket, as the end of a child does."""
        reader, writer = socket.socketpair()
        reader.setblocking(False)
        writer.setblocking(False)
        self._selector.register(reader, selectors.EVENT_READ, lambda: reader.recv(4096))
        before = {number: signal.signal(number, self._on_stop_signal) for number in STOP_SIGNALS}
        before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        fd = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(fd)
            for number, handler in before.items():
                signal.signal(number, handler)
            reader.close()
            writer.close()

    def _on_stop_signal(self, _number: int, _frame: FrameType | None) -> None:
        if not self._stopping:
            self._stopping = True
            return
        for place in self._places.values():
            if place.child is not None:
                place.child.kill()
        if self._abort:
            self._abort()
        os._exit(INTERRUPTED)

    # Speaking

    def _show(self, place: Place, line: str) -> None:
        if place.spec.on_line is None or not place.spec.on_line(line):
            self._write(place.prefix + shown(line))

    def _tell(self, place: Place, text: str) -> None:
        self._write(f"{place.prefix}[{shown(text)}]")


def _grace(group: Sequence[Place]) -> float:
    return max((place.spec.grace for place in group), default=0.0)


def reason(code: int) -> str:
    """Return how a process ended, from its exit code: `código 1`, `sinal SIGKILL`."""
    if code >= 0:
        return f"código {code}"
    try:
        return f"sinal {signal.Signals(-code).name}"
    except ValueError:
        return f"sinal {-code}"
