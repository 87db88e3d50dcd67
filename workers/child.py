"""One running instance of a process: started through the guard in its own group, read, signalled, reaped."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable

from workers.guard import guarded
from workers.lines import Lines
from workers.spec import Process

CHUNK = 65536
LAST_CHUNKS = 64
# Flower takes options from these; one of them opens its API without a password.
NOT_PASSED_ON = ("FLOWER_",)


def child_environment() -> dict[str, str]:
    """Return this process's environment without what is not passed on."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(NOT_PASSED_ON)}
    return kept | {"PYTHONUNBUFFERED": "1"}


class Child:
    """A process that runs; `emit` takes each line of its output."""

    def __init__(self, spec: Process, emit: Callable[[str], None]) -> None:
        self._emit = emit
        self._lines = Lines()
        self._output, theirs = os.pipe()
        os.set_blocking(self._output, False)
        try:
            self._process = self._run(spec, theirs)
        except OSError:
            os.close(self._output)
            raise
        finally:
            os.close(theirs)

    def _run(self, spec: Process, output: int) -> subprocess.Popen[bytes]:
        message = spec.stdin() if spec.stdin else None
        process = subprocess.Popen(  # noqa: S603 - our own commands
            guarded(spec.command),
            stdin=subprocess.DEVNULL if message is None else subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=child_environment(),
            start_new_session=True,
        )
        if process.stdin is not None and message is not None:
            with contextlib.suppress(BrokenPipeError), process.stdin as theirs:
                theirs.write(message.encode())
        return process

    @property
    def pid(self) -> int:
        """Its number, which is also the number of its group."""
        return self._process.pid

    def fileno(self) -> int:
        """The descriptor of its output."""
        return self._output

    def read(self) -> bool:
        """Emit the lines that came; False at the end of its output."""
        data = self._take()
        for line in self._lines.feed(data or b""):
            self._emit(line)
        return data != b""

    def ended(self) -> bool:
        """Tell whether it has ended; it is not reaped, so its number cannot belong to another process yet."""
        flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self.pid, flags) is not None

    def signal(self, number: int) -> None:
        """Send a signal to it alone; its own children are its business."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it and everything of its group at once."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    def reap(self) -> int:
        """Forget it after its end: sweep its group, emit its last lines, return its exit code (negative: signal)."""
        self.kill()
        code = self._process.wait()
        for _ in range(LAST_CHUNKS):
            data = self._take()
            if not data:
                break
            for line in self._lines.feed(data):
                self._emit(line)
        for line in self._lines.finish():
            self._emit(line)
        os.close(self._output)
        return code

    def _take(self) -> bytes | None:
        """Return what can be read now: nothing yet (None), or the end (empty)."""
        try:
            return os.read(self.fileno(), CHUNK)
        except BlockingIOError:
            return None
        except OSError:
            return b""
