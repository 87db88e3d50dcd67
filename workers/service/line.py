"""The line without a POSIX supervisor: each process started, read and started again by a thread; for Windows.

There a process is asked to end by Ctrl-Break, which reaches its own group alone (`core.stop_signals`).
"""

import contextlib
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from workers.backoff import BackOff
from workers.child import child_environment
from workers.lines import shown
from workers.spec import Process

STEP_SECONDS = 1.0
Write = Callable[[str], None]


class Line:
    """Runs processes until it is asked to stop; `write` takes each line of theirs, `told` what happens to them."""

    def __init__(self, processes: Sequence[Process], write: Write, told: Write, backoff: BackOff | None = None) -> None:
        self._processes, self._write, self._told = processes, write, told
        self._backoff, self._over = backoff or BackOff(), threading.Event()
        self._children: dict[str, subprocess.Popen[str]] = {}
        self._changing = threading.Lock()

    def run(self) -> None:
        """Run until `request_stop`; return when every process has ended."""
        threads = [threading.Thread(target=self._keep, args=(one,), name=one.name) for one in self._processes]
        for thread in threads:
            thread.start()
        # in steps: a wait without an end hears no Ctrl-C on Windows
        while not self._over.wait(STEP_SECONDS):
            pass
        self._stop_all()
        for thread in threads:
            thread.join()

    def request_stop(self) -> None:
        """Ask for the end; safe from any thread and from a signal's handler."""
        self._over.set()

    def _keep(self, spec: Process) -> None:
        """Keep one process running."""
        wait = 0.0
        while not self._over.is_set():
            began = time.monotonic()
            code = self._lived(spec)
            if self._over.is_set():
                return
            wait = self._backoff.after(time.monotonic() - began, wait)
            self._told(f"{spec.name} terminou ({code}); recomeça em {wait:g} s")
            self._over.wait(wait)

    def _lived(self, spec: Process) -> str:
        try:
            child = self._started(spec)
        except OSError as fault:
            return f"não iniciou: {type(fault).__name__}"
        if child is None:
            return "parando"
        with child:
            for line in child.stdout or ():
                self._write(f"{spec.name} | {shown(line.rstrip())}")
        return f"código {child.returncode}"

    def _started(self, spec: Process) -> "subprocess.Popen[str] | None":
        with self._changing:
            if self._over.is_set():
                return None
            child: subprocess.Popen[str] = subprocess.Popen(  # noqa: S603 - our own commands
                spec.command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=child_environment(),
                text=True,
                encoding="utf-8",
                errors="replace",
                **_group(),
            )
            self._children[spec.name] = child
            return child

    def _stop_all(self) -> None:
        with self._changing:
            asked = [(one, self._children[one.name]) for one in self._processes if one.name in self._children]
        for spec, child in asked:
            with contextlib.suppress(OSError):
                child.send_signal(_stop_signal(spec))
        began = time.monotonic()
        for spec, child in asked:
            try:
                child.wait(max(0.0, began + spec.grace - time.monotonic()))
            except subprocess.TimeoutExpired:
                self._told(f"{spec.name} não terminou a tempo e foi encerrado")
                child.kill()


def _group() -> dict[str, Any]:
    """Return what gives a process a group of its own; a Ctrl-C in the terminal is the line's business."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"process_group": 0}


def _stop_signal(spec: Process) -> int:
    if sys.platform == "win32":
        return signal.CTRL_BREAK_EVENT
    return spec.stop_signal
