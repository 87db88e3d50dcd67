"""A strict proxy: CONNECT and nothing else, what it is told is kept, and it fails as it is told to."""

import base64
import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

PATIENCE_SECONDS = 0.2
HEAD_LIMIT = 16 * 1024


@dataclass
class ConnectProxy:
    """Where it listens, the targets it was asked for, and what it answers in place of a tunnel."""

    port: int
    login: str | None = None
    refusal: int | None = None
    targets: list[str] = field(default_factory=list)
    # what each name leads to, as the proxy's own resolver has it
    names: dict[str, tuple[str, int]] = field(default_factory=dict)
    stops: bool = False

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def status(self, lines: list[str]) -> int:
        """Return what it answers to a head."""
        words = lines[0].split(" ")
        if len(words) != 3 or words[0] != "CONNECT" or words[2] not in ("HTTP/1.1", "HTTP/1.0"):
            return 405
        fields = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
        given = {name.lower(): value for name, value in fields.items()}
        wanted = None if self.login is None else f"Basic {base64.b64encode(self.login.encode()).decode()}"
        if wanted is not None and given.get("proxy-authorization") != wanted:
            return 407
        self.targets.append(words[1])
        return self.refusal or 200


@contextmanager
def connect_proxy(login: str | None = None) -> Iterator[ConnectProxy]:
    """Serve tunnels on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy, over = ConnectProxy(listener.getsockname()[1], login), threading.Event()
        listener.settimeout(PATIENCE_SECONDS)

        def accept() -> None:
            served = []
            while not over.is_set():
                with contextlib.suppress(TimeoutError):
                    served.append(threading.Thread(target=_serve, args=(listener.accept()[0], proxy, over)))
                    served[-1].start()
            for thread in served:
                thread.join()

        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield proxy
        finally:
            over.set()
            accepting.join()


def _serve(client: socket.socket, proxy: ConnectProxy, over: threading.Event) -> None:
    with contextlib.suppress(OSError), client:
        client.settimeout(PATIENCE_SECONDS)
        head = b""
        while b"\r\n\r\n" not in head and len(head) < HEAD_LIMIT:
            if over.is_set() or (piece := _read(client)) == b"":
                return
            head += piece or b""
        status = proxy.status(head.decode("latin-1").split("\r\n"))
        if proxy.stops:
            over.wait()
        if status != 200:
            client.sendall(f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n".encode())
            return
        host, _, port = proxy.targets[-1].rpartition(":")
        with socket.create_connection(proxy.names.get(host, (host.strip("[]"), int(port)))) as server:
            server.settimeout(PATIENCE_SECONDS)
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=_pass, args=(server, client, over))
            back.start()
            _pass(client, server, over)
            back.join()


def _pass(source: socket.socket, to: socket.socket, over: threading.Event) -> None:
    with contextlib.suppress(OSError):
        while not over.is_set():
            if (piece := _read(source)) == b"":
                break
            if piece:
                to.sendall(piece)
        to.shutdown(socket.SHUT_WR)


def _read(source: socket.socket) -> bytes | None:
    """Return what came; nothing at the end of all, none where one has to wait."""
    try:
        return source.recv(65536)
    except TimeoutError:
        return None
    except OSError:
        return b""
