"""A network between PostgreSQL and its clients that loses commits: some before they arrive, some with their answers."""

import contextlib
import socket
import threading
from typing import Self

COMMIT = b"COMMIT\0"
CHUNK = 65536


class CuttingProxy:
    """Listens on loopback before a server's port; of every `every` commits it loses two, one in each way.

    The first connection that says `silent_at` is heard no more and gets no answer, until its client closes it.
    """

    def __init__(self, port: int, every: int) -> None:
        self._target, self._every = port, every
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.port = int(self._listener.getsockname()[1])
        self.commits = self.lost_before = self.lost_after = self.fell_silent = 0
        self.silent_at: bytes | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._target))
                threading.Thread(target=self._asks, args=(client, server), daemon=True).start()
                threading.Thread(target=_pass_on, args=(server, client), daemon=True).start()

    def _asks(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while part := client.recv(CHUNK):
                if self.silent_at is not None and self.silent_at in part:
                    self.silent_at, self.fell_silent = None, self.fell_silent + 1
                    client.recv(CHUNK)
                    break
                lost = self._lost() if COMMIT in part else ""
                if lost == "after":
                    # nobody hears the answer
                    client.shutdown(socket.SHUT_RDWR)
                if lost != "before":
                    server.sendall(part)
                if lost:
                    break
        _end(client, server)

    def _lost(self) -> str:
        with self._lock:
            self.commits += 1
            place = self.commits % self._every
            self.lost_before += place == 0
            self.lost_after += place == self._every // 2
            return "before" if place == 0 else "after" if place == self._every // 2 else ""


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while part := source.recv(CHUNK):
            target.sendall(part)
    _end(source, target)


def _end(*sockets: socket.socket) -> None:
    for one in sockets:
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()
