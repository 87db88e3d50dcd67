"""A way to a server that loses the answers to some requests, after the server has done the work."""

import socket
import threading
from contextlib import suppress

PIECE = 65536


class Cutter:
    """Listens on a port of its own and passes on; `losing` are words, each of which costs one answer its way back.

    `for_good`: with the first answer that is lost the server is away, for everybody.
    """

    def __init__(self, port: int, *, for_good: bool = False) -> None:
        self._to, self._for_good = port, for_good
        self.losing: list[bytes] = []
        self.lost = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        # only this wakes who waits for one
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self._listener.accept()
                there = socket.create_connection(("127.0.0.1", self._to))
                cut = threading.Event()
                for pair in ((here, there, True), (there, here, False)):
                    threading.Thread(target=self._pass, args=(*pair, cut), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, asking: bool, cut: threading.Event) -> None:
        with suppress(OSError), source, target:
            while piece := source.recv(PIECE):
                if asking and (word := next((one for one in self.losing if one in piece), None)):
                    self.losing.remove(word)
                    cut.set()
                if not asking and cut.is_set():
                    self.lost += 1
                    if self._for_good:
                        self.close()
                    for one in (source, target):
                        one.shutdown(socket.SHUT_RDWR)
                    return
                target.sendall(piece)
