"""A RabbitMQ on free ports of loopback, its cookie, its name server and its files in a folder of its own.

One serves all processes of a run, for a start takes seconds; a test has it for itself as long as it runs.
"""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import amqp

from core.queues import queues
from support.ports import free_port, wait_until

PROGRAMS = Path("/usr/lib/rabbitmq/bin")
SERVER, CONTROL = PROGRAMS / "rabbitmq-server", PROGRAMS / "rabbitmqctl"
CONFIGURATION = """\
listeners.tcp.1 = 127.0.0.1:{port}
log.console = false
disk_free_limit.absolute = 1MB
loopback_users.guest = true
"""
# It follows the run of the tests and ends what it started with it, however that ends.
GUARD = """
import json, os, signal, subprocess, sys, time
follow, commands = int(sys.argv[1]), json.loads(sys.argv[2])
running = [subprocess.Popen(one, start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    stderr=subprocess.DEVNULL) for one in commands]
while os.path.exists(f"/proc/{follow}") and running[-1].poll() is None:
    time.sleep(0.5)
for one in running:
    try:
        os.killpg(one.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
"""


def installed() -> bool:
    """Tell whether Debian's package is there."""
    return SERVER.is_file() and shutil.which("epmd") is not None


def name_server(port: int) -> list[str]:
    """Return the command of a name server; where there is none a node starts one that outlives it."""
    return ["epmd", "-port", str(port), "-address", "127.0.0.1"]


class RabbitServer:
    """One node; what it is called and where it listens stands in its folder, so that another process finds it."""

    def __init__(self, folder: Path, *, names: int | None = None) -> None:
        """`names` is the port of a name server, where several nodes share one."""
        self.folder, self._names = folder, names
        self._ports: dict[str, int] = {}

    @property
    def port(self) -> int:
        """The port of AMQP."""
        return self._ports["amqp"]

    @property
    def name(self) -> str:
        """What it is called among nodes."""
        return f"esteira{self.port}@localhost"

    @property
    def url(self) -> str:
        """Its address."""
        return f"amqp://guest:guest@127.0.0.1:{self.port}/%2F"  # pragma: allowlist secret

    def start(self) -> None:
        """Start it unless it runs, and wait until it answers."""
        kept = self.folder / "ports.json"
        if not kept.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            kept.write_text(json.dumps({"amqp": free_port(), "dist": free_port(), "epmd": self._names or free_port()}))
        self._ports = json.loads(kept.read_text())
        if self.answers():
            return
        (self.folder / "rabbitmq.conf").write_text(CONFIGURATION.format(port=self.port))
        (self.folder / "enabled_plugins").write_text("[].")
        own = [] if self._names else [name_server(self._ports["epmd"])]
        program = json.dumps([*own, [str(SERVER)]])
        command = [sys.executable, "-c", GUARD, str(_run_of_the_tests()), program]
        nowhere: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
        started = subprocess.Popen(command, env=self._environment(), cwd=self.folder, start_new_session=True, **nowhere)
        (self.folder / "guard").write_text(str(started.pid))
        # it outlives this process of the tests
        started.returncode = 0
        wait_until(self.answers, every=0.1)

    def kill(self) -> None:
        """End the node as a crash would."""
        pid = int((self.folder / "pid").read_text())
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not Path(f"/proc/{pid}").exists() and not self.answers())
        guard = int((self.folder / "guard").read_text())
        wait_until(lambda: _gone(guard))

    def lose(self, queue: str) -> None:
        """Take away the files of a quorum queue, while the node is down: its name stays."""
        (place,) = (self.folder / "mnesia").glob("*/quorum/*/")
        lost = list(place.glob(f"{('2F_' + queue)[:6].upper()}*"))
        assert lost, list(place.iterdir())
        for folder in lost:
            shutil.rmtree(folder)

    def answers(self) -> bool:
        """Tell whether it lets us in."""
        try:
            with self.connected():
                return True
        except (OSError, amqp.AMQPError):
            return False

    @contextmanager
    def connected(self) -> Iterator[amqp.Connection]:
        """Yield a connection."""
        connection = amqp.Connection(f"127.0.0.1:{self.port}", connect_timeout=10)
        try:
            connection.connect()
            yield connection
        finally:
            connection.close()

    def clear(self) -> None:
        """Remove our queues with all that waits in them."""
        with self.connected() as connection:
            channel = connection.channel()
            for queue in queues():
                channel.queue_delete(queue.name)

    def flush(self) -> None:
        """Throw away all that waits in it."""
        with self.connected() as connection:
            for queue in queues():
                # a queue that is not there needs no emptying
                with contextlib.suppress(amqp.NotFound):
                    connection.channel().queue_purge(queue.name)

    def control(self, *words: str) -> str:
        """Run rabbitmqctl, which takes seconds; return what it said."""
        done = subprocess.run([CONTROL, *words], env=self._environment(), capture_output=True, text=True, check=True)
        return done.stdout

    @contextmanager
    def giving_up(self, milliseconds: int) -> Iterator[None]:
        """Let it wait so long for whoever took a message and did not accept it: on channels opened in this block."""
        self._set(consumer_timeout=milliseconds, channel_tick_interval=milliseconds // 2)
        try:
            yield
        finally:
            self._set(consumer_timeout=1_800_000, channel_tick_interval=60_000)

    def said(self, words: str) -> int:
        """Return how often its log says so."""
        return sum(file.read_text().count(words) for file in (self.folder / "log").glob("*.log"))

    def _set(self, **values: int) -> None:
        changes = (f"application:set_env(rabbit, {name}, {value})" for name, value in values.items())
        self.control("eval", ", ".join(changes) + ".")

    def _environment(self) -> dict[str, str]:
        within = {
            "MNESIA_BASE": "mnesia",
            "LOG_BASE": "log",
            "ENABLED_PLUGINS_FILE": "enabled_plugins",
            "CONFIG_FILE": "rabbitmq.conf",
            "CONF_ENV_FILE": "env.conf",
            "ADVANCED_CONFIG_FILE": "advanced.config",
            "PID_FILE": "pid",
        }
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": str(self.folder),
            "ERL_EPMD_PORT": str(self._ports["epmd"]),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": self.name,
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._ports["dist"]),
            # one scheduler is enough for what tests ask of it
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +A 4 -kernel inet_dist_use_interface {127,0,0,1}",
            **{f"RABBITMQ_{name}": str(self.folder / file) for name, file in within.items()},
        }


def _run_of_the_tests() -> int:
    """Return the process that all processes of this run of the tests end with."""
    return os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()


def _gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@contextmanager
def for_one_test(folder: Path) -> Iterator[RabbitServer]:
    """Yield the run's server, to one test at a time, whichever process runs it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        server = RabbitServer(folder / "node")
        server.start()
        server.clear()
        yield server
