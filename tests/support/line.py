"""The whole line, started as an operator would: `esteira subir` in a process of its own."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import redis
from celery import Celery
from kombu.exceptions import OperationalError

from core.broker_link import KEY_PREFIX, SOCKET
from support.forked import typed
from support.ports import free_port, wait_until
from workers.layout import one_machine


def processes_of(session_marker: str) -> list[int]:
    """Return the processes whose environment names this data folder, whoever started them."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if session_marker.encode() in (entry / "environ").read_bytes() and int(entry.name) != os.getpid():
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
                found += [int(entry.name)] if state != "Z" else []
    return found


def rows(database: Path, query: str) -> list[tuple[Any, ...]]:
    """Read a SQLite database from outside, which costs less than a command; nothing while it is not there."""
    try:
        with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as opened:
            return opened.execute(query).fetchall()
    except sqlite3.OperationalError:
        return []


class Line:
    """One installation: its folder, its ports, its processes."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.data = folder / "dados"
        self.ports = {"flower": free_port(), "api": free_port()}
        clean = {k: v for k, v in os.environ.items() if not k.startswith("ESTEIRA_")}
        self.environment = clean | {
            "ESTEIRA_CORE__DATA_DIR": str(self.data),
            "ESTEIRA_FLOWER__PORT": str(self.ports["flower"]),
            "ESTEIRA_API__PORT": str(self.ports["api"]),
            "ESTEIRA_DELIVERIES__ALLOW_NETWORKS": '["127.0.0.0/8"]',
            "ESTEIRA_DELIVERIES__ALLOW_HTTP": "true",
            **environment,
        }
        self.log = folder / "line.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *flags: str) -> None:
        """Start it; `wait_ready` says when it works."""
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "cli.main", "subir", *flags]
            self.process = subprocess.Popen(
                command, cwd=self.folder, env=self.environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )

    def wait_ready(self) -> None:
        """Wait until every worker answers."""
        wait_until(lambda: len(self.workers()) == len(one_machine()), every=0.3)

    def workers(self) -> list[str]:
        """Return the nodes that answer a ping."""
        with contextlib.suppress(OSError, OperationalError), Celery(set_as_current=False) as asking:
            url = self.broker_url()
            options = {} if url.startswith("amqp") else {"global_keyprefix": KEY_PREFIX, **SOCKET}
            asking.conf.update(broker_url=url, broker_transport_options=options)
            answers = asking.control.ping(timeout=2.0, limit=len(one_machine()))
            return sorted(name for answer in answers for name in answer)
        return []

    def run(self, *words: str) -> Any:
        """Type a command with --json; return its document."""
        code, document = typed(*words, environment=self.environment, folder=self.folder)
        assert code == 0, (words, document)
        return document

    def broker_url(self) -> str:
        """Return the address of its broker, its own unless one was given."""
        given = self.environment.get("ESTEIRA_CORE__BROKER_URL")
        return given or (self.data / "broker.url").read_text().strip()

    def redis(self) -> redis.Redis:
        """Return a client of its broker."""
        return redis.from_url(self.broker_url())

    def broker_pid(self) -> int:
        """Return the broker's process; it rewrites its own command line and environment, so it is asked."""
        with self.redis() as client:
            return int(client.info("server")["process_id"])

    def pids(self, part: str) -> list[int]:
        """Return the processes of this line whose command line holds a text."""
        found = []
        for pid in processes_of(str(self.data)):
            with contextlib.suppress(OSError):
                if part in Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode():
                    found.append(pid)
        return found

    def stop(self, number: int = signal.SIGINT, seconds: float = 40) -> float:
        """Ask for the end; return how long it took."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(seconds)
        return time.monotonic() - began

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *_: object) -> None:
        for pid in processes_of(str(self.data)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.process is not None:
            self.process.wait()
