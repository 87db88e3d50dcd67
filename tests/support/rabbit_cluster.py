"""Three nodes of RabbitMQ on loopback that are one: what one of them knows, a majority knows."""

import secrets
import subprocess
from pathlib import Path

from support.ports import free_port
from support.rabbitmq import RabbitServer, name_server


class RabbitCluster:
    """Its nodes, and its address as it is typed; for one test alone."""

    def __init__(self, folder: Path, amount: int = 3) -> None:
        self._port = free_port()
        self.nodes = [RabbitServer(folder / f"no-{number}", names=self._port) for number in range(amount)]
        cookie = secrets.token_hex()
        for node in self.nodes:
            node.folder.mkdir(parents=True)
            file = node.folder / ".erlang.cookie"
            file.write_text(cookie)
            file.chmod(0o400)

    @property
    def url(self) -> str:
        """The address of all, the first first."""
        where = ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)
        return f"amqp://guest:guest@{where}/%2F"  # pragma: allowlist secret

    def __enter__(self) -> "RabbitCluster":
        # the nodes die and come back; what knows their names stays
        self._names = subprocess.Popen(name_server(self._port))
        first, *others = self.nodes
        first.start()
        for node in others:
            node.start()
            # each call of rabbitmqctl takes seconds: what its three commands do, in one
            node.control("eval", f"rabbit:stop(), rabbit_mnesia:join_cluster('{first.name}', disc), rabbit:start().")
        return self

    def __exit__(self, *_: object) -> None:
        for node in self.nodes:
            if node.answers():
                node.kill()
        self._names.kill()
        self._names.wait()
