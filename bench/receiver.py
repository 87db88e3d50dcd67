"""The cheapest receiver there is, in a process of its own, so that it does not hide the sender's cost.

It answers 204 and counts per path and webhook-id; `/mudo…` is never answered; with `--falhas` a share of the requests
gets a 500, a 503, a reset or a slow answer. `python -m bench.receiver` prints its port; a line on stdin then asks for
`contar` (a count) or `tudo` (every count and first arrival).
"""

import argparse
import asyncio
import json
import random
import sys
import time
from collections.abc import Callable

NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"
FAILURES = tuple(f"HTTP/1.1 {said}\r\nContent-Length: 0\r\n\r\n".encode() for said in ("500 Erro", "503 Cheio"))
SILENT, SLOW_SECONDS = b"/mudo", 1.0
Key = tuple[str, str]


class Book:
    """What arrived: all requests, and for each path and webhook-id how often it was accepted and when first."""

    def __init__(self, failures: float, seed: int) -> None:
        self.requests = 0
        self.accepted: dict[Key, list[float]] = {}
        self.failures, self.draw = failures, random.Random(seed)

    def accept(self, key: Key, at: float) -> None:
        """Count a request that is answered with success."""
        entry = self.accepted.setdefault(key, [0, at])
        entry[0] += 1

    def told(self, question: str) -> object:
        """Return the answer to a line on stdin."""
        if question != "tudo":
            return {"pedidos": self.requests, "distintos": len(self.accepted)}
        return {"pedidos": self.requests, "aceitos": [[*key, *entry] for key, entry in self.accepted.items()]}


class Receiver(asyncio.Protocol):
    """Reads requests with a Content-Length, several per connection."""

    def __init__(self, book: Book) -> None:
        self._book, self._pending = book, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._pending += data
        while (end := self._pending.find(b"\r\n\r\n")) >= 0:
            head = self._pending[:end]
            length = int(_header(head, b"content-length") or 0)
            if len(self._pending) < end + 4 + length:
                return
            self._pending = self._pending[end + 4 + length :]
            self._book.requests += 1
            self._answer(head.split(b" ", 2)[1], _header(head, b"webhook-id"))

    def _answer(self, path: bytes, webhook_id: bytes) -> None:
        book = self._book
        if path.startswith(SILENT):
            return
        key, at = (path.decode(), webhook_id.decode()), time.time()
        if book.failures and book.draw.random() < book.failures:
            book.draw.choice((self._refuse, self._reset, self._late))(key, at)
            return
        self._accept(key, at)

    def _accept(self, key: Key, at: float) -> None:
        if not self._transport.is_closing():
            self._book.accept(key, at)
            self._transport.write(NO_CONTENT)

    def _refuse(self, key: Key, at: float) -> None:
        self._transport.write(self._book.draw.choice(FAILURES))

    def _reset(self, key: Key, at: float) -> None:
        self._transport.abort()

    def _late(self, key: Key, at: float) -> None:
        later = self._book.draw.uniform(0, SLOW_SECONDS)
        asyncio.get_running_loop().call_later(later, self._accept, key, at)


def _header(head: bytes, name: bytes) -> bytes:
    """Return a header's value; the name's case is the sender's."""
    at = head.lower().find(b"\r\n" + name + b":")
    return b"" if at < 0 else head[at + len(name) + 3 :].split(b"\r\n", 1)[0].strip()


async def serve(book: Book, read_line: Callable[[], str]) -> None:
    """Serve until stdin ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Receiver(book), "127.0.0.1", 0, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    while question := await loop.run_in_executor(None, read_line):
        print(json.dumps(book.told(question.strip())), flush=True)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--falhas", type=float, default=0.0)
    arguments.add_argument("--semente", type=int, default=0)
    given = arguments.parse_args()
    asyncio.run(serve(Book(given.falhas, given.semente), sys.stdin.readline))
