"""Programs in processes of their own that begin at once: one process imports what they need, and each is forked off it.

An interpreter of its own costs a second of CPU for each; whoever looks at what a fresh one loads takes `subprocess`.
"""

import atexit
import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
SERVER = """
import contextlib, gc, importlib, json, os, sys, traceback
told = os.fdopen(os.dup(1), "w")
gc.disable()
for name in sys.argv[1:]:
    importlib.import_module(name)
if "storage.session" in sys.modules:
    # what each would do first: read what settings there are, map the tables, learn to speak to either database
    from sqlalchemy.dialects import sqlite
    from sqlalchemy.dialects.postgresql import psycopg
    from sqlalchemy.orm import configure_mappers
    from core.settings.load import settings_model
    from storage import migrate
    sqlite.dialect.import_dbapi(), psycopg.dialect.import_dbapi()
    settings_model()
    configure_mappers()
gc.enable()
gc.collect()
gc.freeze()

def carried_out(text, words, environment, folder, log):
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, (name, flags) in enumerate([(os.devnull, os.O_RDONLY), (log, os.O_WRONLY | os.O_CREAT)]):
        os.dup2(os.open(name, flags), number)
    os.dup2(1, 2)
    sys.stdin, sys.argv = open(0), ["-c", *words]
    try:
        exec(compile(text, "<program>", "exec"), {"__name__": "__main__"})
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        return 1
    return 0

def started(*given):
    child = os.fork()
    # by both: who kills its group at once finds it; one that has begun another program has its group
    with contextlib.suppress(PermissionError):
        os.setpgid(child, child or os.getpid())
    if child == 0:
        code = carried_out(*given)
        sys.stdout.flush()
        os._exit(code)
    return child

def ended(child, waits):
    pid, status = os.waitpid(child, 0 if waits else os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if pid else None

for line in sys.stdin:
    what, *given = json.loads(line)
    print(json.dumps({"started": started, "ended": ended}[what](*given)), file=told, flush=True)
"""
# Its document alone goes where it is read.
TYPED = "import os, sys; os.dup2(os.open(os.devnull, os.O_WRONLY), 2); from cli.main import run; run()"
_logs = itertools.count(1)


@cache
def _server(modules: tuple[str, ...]) -> "subprocess.Popen[str]":
    """Start a process that has imported these; the end of its input is its own."""
    command = [sys.executable, "-c", SERVER, *modules]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    server = subprocess.Popen(command, cwd=ROOT, text=True, bufsize=1, **pipes)
    atexit.register(server.communicate)
    return server


class Forked:
    """A program that runs with these words in its `sys.argv`, in this folder and environment.

    `knowing` are the modules that its process has imported before. It leads a process group. `environment` and `folder`
    are this process's, unless others are given.
    """

    def __init__(
        self,
        program: str,
        *words: str,
        knowing: tuple[str, ...],
        environment: Mapping[str, str] = os.environ,
        folder: Path | None = None,
    ) -> None:
        self._knowing = knowing
        self._log = Path(f"forked-{next(_logs)}.txt").absolute()
        self._code: int | None = None
        self.pid: int = self._asked(
            "started", program, words, dict(environment), str(folder or Path.cwd()), str(self._log)
        )

    def poll(self, *, waits: bool = False) -> int | None:
        """Return how it ended, if it did; by a signal: its number below nothing."""
        if self._code is None:
            self._code = self._asked("ended", self.pid, waits)
        return self._code

    def wait(self) -> int:
        """Return how it ended, once it did."""
        code = self.poll(waits=True)
        assert code is not None
        return code

    def kill(self) -> None:
        """End it, and all that it started, as a crash would."""
        if self._code is None:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            self.wait()

    def said(self) -> str:
        """Return what it printed."""
        return self._log.read_text()

    def _asked(self, *question: object) -> Any:
        server = _server(self._knowing)
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(json.dumps(question) + "\n")
        return json.loads(server.stdout.readline())


def typed(*words: str, environment: Mapping[str, str] = os.environ, folder: Path | None = None) -> tuple[int, Any]:
    """Type a command in a process of its own, with --json; return its exit code, and its document if it has one."""
    knowing = ("cli.main", "flows.diagnostico", "rich.table")
    one = Forked(TYPED, *words, "--json", knowing=knowing, environment=environment, folder=folder)
    return one.wait(), json.loads(one.said() or "[]")


def ran(program: str, *words: str, knowing: tuple[str, ...]) -> int:
    """Run a program to its end; return how it ended."""
    return Forked(program, *words, knowing=knowing).wait()
