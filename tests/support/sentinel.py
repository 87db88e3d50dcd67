"""A Redis with a replica and three Sentinels on loopback, all real, to lose its master."""

import shutil
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import redis

from support.ports import free_port, wait_until

MASTER = "mestre"
PASSWORD = "uma-senha"  # pragma: allowlist secret
SENTINEL = """\
port {port}
bind 127.0.0.1
dir {folder}
sentinel monitor {name} 127.0.0.1 {master} 2
sentinel auth-pass {name} {password}
sentinel down-after-milliseconds {name} 1000
sentinel failover-timeout {name} 3000
sentinel parallel-syncs {name} 1
"""


def installed() -> bool:
    """Tell whether Debian's packages are there."""
    return bool(shutil.which("redis-sentinel") and shutil.which("redis-server"))


class Watched:
    """The servers, and who of them is the master."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._open = folder, ExitStack()
        self._servers: dict[int, subprocess.Popen[bytes]] = {}
        self._sentinels = [free_port() for _ in range(3)]

    @property
    def url(self) -> str:
        """Its address; the first of the Sentinels is nobody."""
        nodes = ",".join(f"127.0.0.1:{port}" for port in (free_port(), *self._sentinels))
        return f"sentinel://:{PASSWORD}@{nodes}/{MASTER}/0"

    def master(self) -> int:
        """Return the port of the master, as a Sentinel says."""
        with redis.Redis(port=self._sentinels[0]) as asked:
            found: Any = asked.sentinel_get_master_addr_by_name(MASTER)
        return int(found[1])

    def kill_master(self) -> None:
        """Kill it; another one is soon."""
        before = self._servers[self.master()]
        before.kill()
        before.wait()

    def __enter__(self) -> "Watched":
        first = self._server()
        self._server("--replicaof", "127.0.0.1", str(first))
        for port in self._sentinels:
            home = self._folder / f"sentinela-{port}"
            home.mkdir()
            file = home / "sentinel.conf"
            text = SENTINEL.format(port=port, folder=home, name=MASTER, master=first, password=PASSWORD)
            file.write_text(text)
            self._run(["redis-sentinel", str(file)])
        wait_until(self._all_know_all)
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def _server(self, *more: str) -> int:
        port = free_port()
        home = self._folder / f"redis-{port}"
        home.mkdir()
        flags = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(home), "--save", "", "--appendonly", "yes"]
        secret = ["--requirepass", PASSWORD, "--masterauth", PASSWORD]
        self._servers[port] = self._run(["redis-server", *flags, *secret, *more])
        return port

    def _run(self, command: list[str]) -> "subprocess.Popen[bytes]":
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._open.callback(running.wait)
        self._open.callback(running.kill)
        return running

    def _all_know_all(self) -> bool:
        """Tell whether each Sentinel knows the two others and the replica, which is in step."""
        try:
            return all(self._knows_all(port) for port in self._sentinels)
        except redis.RedisError:
            return False

    def _knows_all(self, port: int) -> bool:
        with redis.Redis(port=port) as asked:
            told: Any = asked.sentinel_master(MASTER)
            replicas: Any = asked.sentinel_slaves(MASTER)
        in_step = [one for one in replicas if one.get("master-link-status") == "ok"]
        return int(told["num-other-sentinels"]) == 2 and bool(in_step)
