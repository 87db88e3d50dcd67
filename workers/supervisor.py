"""One loop over the processes of the line: start, show, restart with back-off, stop in reverse order.

SIGINT, SIGTERM or SIGHUP stop everything in order; a second one ends everything at once. A killed supervisor needs
no handler: the guard of each process asked the kernel to end it.
"""

import os
import selectors
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from core import stop_signals
from core.text import os_fault
from workers.backoff import BackOff
from workers.child import Child
from workers.lines import Dress, for_people
from workers.spec import Process, waves

INTERRUPTED = 130
TICK, READY_TICK = 1.0, 0.05


@dataclass
class Slot:
    """The slot of one process, whether it runs or not."""

    spec: Process
    child: Child | None = None
    started: float = 0.0
    wait: float = 0.0
    due: float = 0.0
    ready: bool = False
    tried: bool = False
    done: bool = False

    @property
    def waits_to_start(self) -> bool:
        """Whether the process is not running and should be."""
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
        dress: Dress | None = None,
    ) -> None:
        self._slots = {process.name: Slot(process) for process in processes}
        self._order = waves(tuple(processes))
        self._write, self._stop_limit, self._abort = write, stop_limit, abort
        self._backoff = backoff or BackOff()
        self._stopping = False
        self._selector = selectors.DefaultSelector()
        self._dress = dress or for_people(max(map(len, self._slots), default=0))

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
        for slot in self._slots.values():
            if slot.waits_to_start and slot.due <= now and self._may_start(slot):
                self._start(slot)

    def _may_start(self, slot: Slot) -> bool:
        """Other processes are waited for only once: one that starts again finds them by itself."""
        return slot.tried or all(self._slots[name].ready for name in slot.spec.after)

    def _start(self, slot: Slot) -> None:
        slot.started = time.monotonic()
        try:
            told = slot.spec.before() if slot.spec.before else None
            if told:
                self._tell(slot, told)
            slot.child = Child(slot.spec, lambda line: self._show(slot, line))
        except OSError as error:
            self._tell(slot, f"não consegui iniciar: {os_fault(error)}")
            self._schedule(slot)
            return
        slot.tried = True
        self._selector.register(slot.child, selectors.EVENT_READ, slot)

    def _schedule(self, slot: Slot) -> None:
        now = time.monotonic()
        slot.wait = self._backoff.after(now - slot.started, slot.wait)
        slot.due = now + slot.wait

    # Watching

    def _patience(self) -> float:
        """Return how long nothing can become due."""
        now = time.monotonic()
        empty = [slot.due - now for slot in self._slots.values() if slot.waits_to_start]
        awaited = any(slot.child is not None and not slot.ready for slot in self._slots.values())
        nearest = min([TICK, *(max(wait, READY_TICK) for wait in empty)])
        return max(0.0, min(nearest, READY_TICK) if awaited else nearest)

    def _wait(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            if isinstance(key.data, Slot):
                child = key.data.child
                if child is not None and not child.read():
                    self._selector.unregister(child)
            else:
                key.data()

    def _collect(self) -> None:
        for slot in self._slots.values():
            if slot.child is not None and slot.child.ended():
                self._bury(slot, slot.child)

    def _bury(self, slot: Slot, child: Child) -> None:
        if child.fileno() in self._selector.get_map():
            self._selector.unregister(child)
        slot.child, code = None, child.reap()
        slot.ready = slot.done = slot.spec.once and code == 0
        if self._stopping or slot.done:
            return
        self._schedule(slot)
        # A job that failed does not hold up the others; it is tried again beside them.
        slot.ready = slot.spec.once
        self._tell(slot, f"terminou ({reason(code)}); recomeça em {slot.wait:g} s")

    def _look_whether_ready(self) -> None:
        for slot in self._slots.values():
            if slot.child is not None and not slot.ready and not slot.spec.once:
                slot.ready = slot.spec.ready is None or slot.spec.ready()

    # Stopping

    def _stop_all(self) -> None:
        """Stop wave after wave; a late process, or one left when time is up, is killed with its group."""
        self._write(self._dress("", "Parando tudo, em ordem; mais um sinal termina na hora."))
        ends = time.monotonic() + self._stop_limit
        groups = [[slot for slot in map(self._slots.__getitem__, names) if slot.child] for names in self._order]
        for number, group in enumerate(groups):
            for slot in group:
                if slot.child is not None:
                    slot.child.signal(slot.spec.stop_signal)
            share = ends - sum(self._share(later) for later in groups[number + 1 :])
            self._await_end(group, min(time.monotonic() + _grace(group), share))

    def _share(self, group: Sequence[Slot]) -> float:
        """Return the time that is kept for a wave, however long the ones before it take."""
        return min(_grace(group), self._stop_limit / len(self._order))

    def _await_end(self, slots: Sequence[Slot], deadline: float) -> None:
        while any(slot.child is not None for slot in slots) and time.monotonic() < deadline:
            self._wait(min(READY_TICK, max(0.0, deadline - time.monotonic())))
            self._collect()
        for slot in slots:
            if slot.child is not None:
                self._tell(slot, "não terminou a tempo e foi encerrado")
                slot.child.kill()
                self._bury(slot, slot.child)

    def _kill_all(self) -> None:
        for slot in self._slots.values():
            if slot.child is not None:
                slot.child.kill()
                self._bury(slot, slot.child)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """Install the handlers; a signal also wakes the loop through a socket, as the end of a child does."""
        reader, writer = socket.socketpair()
        reader.setblocking(False)
        writer.setblocking(False)
        self._selector.register(reader, selectors.EVENT_READ, lambda: reader.recv(4096))
        before = {number: signal.signal(number, self._on_stop_signal) for number in stop_signals.SUPERVISOR}
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
        for slot in self._slots.values():
            if slot.child is not None:
                slot.child.kill()
        if self._abort:
            self._abort()
        os._exit(INTERRUPTED)

    # Speaking

    def _show(self, slot: Slot, line: str) -> None:
        if slot.spec.on_line is None or not slot.spec.on_line(line):
            self._write(self._dress(slot.spec.name, line))

    def _tell(self, slot: Slot, text: str) -> None:
        self._write(self._dress(slot.spec.name, f"[{text}]"))


def _grace(group: Sequence[Slot]) -> float:
    return max((slot.spec.grace for slot in group), default=0.0)


def reason(code: int) -> str:
    """Return how a process ended, from its exit code: `código 1`, `sinal SIGKILL`."""
    if code >= 0:
        return f"código {code}"
    try:
        return f"sinal {signal.Signals(-code).name}"
    except ValueError:
        return f"sinal {-code}"
