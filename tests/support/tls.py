"""A TLS front before a plain server: who completes the handshake is passed on, and what it said is kept."""

import contextlib
import select
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from support.https import certificate

CHUNK = 65536
# How long a thread waits before it looks whether all is over.
PATIENCE_SECONDS, HANDSHAKE_SECONDS = 0.2, 60.0


@dataclass
class TlsFront:
    """Where it listens, the authority of its certificate, and what clients said once they trusted it."""

    port: int
    authority: Path
    heard: list[bytes] = field(default_factory=list)


@contextmanager
def tls_front(folder: Path, behind: int, name: str = "localhost") -> Iterator[TlsFront]:
    """Stand before a port of this machine with a self-signed certificate for that name."""
    made = certificate(folder, name)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        front, over = TlsFront(listener.getsockname()[1], made), threading.Event()
        listener.settimeout(PATIENCE_SECONDS)

        def one(plain: socket.socket) -> None:
            # A handshake that fails is the business of the client.
            plain.settimeout(HANDSHAKE_SECONDS)
            with contextlib.suppress(OSError), plain, context.wrap_socket(plain, server_side=True) as secure:
                _pass(secure, behind, front.heard, over)

        def accept() -> None:
            served = []
            while not over.is_set():
                with contextlib.suppress(TimeoutError):
                    served.append(threading.Thread(target=one, args=(listener.accept()[0],)))
                    served[-1].start()
            for thread in served:
                thread.join()

        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield front
        finally:
            over.set()
            accepting.join()


def _pass(secure: ssl.SSLSocket, behind: int, heard: list[bytes], over: threading.Event) -> None:
    """Pass bytes both ways until a side ends, or all is over."""
    with socket.create_connection(("127.0.0.1", behind)) as theirs:
        while not over.is_set():
            ready = [secure] if secure.pending() else select.select([secure, theirs], [], [], PATIENCE_SECONDS)[0]
            for source, target in ((secure, theirs), (theirs, secure)):
                if source in ready:
                    data = source.recv(CHUNK)
                    if not data:
                        return
                    if source is secure:
                        heard.append(data)
                    target.sendall(data)
