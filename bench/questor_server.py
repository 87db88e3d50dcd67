"""The cheapest Questor there is, in a process of its own, so that it does not hide the sender's cost.

It reads no XML: it finds the `Id`s in the body, counts them, and says of each that it was imported. With `--em-voo N`
more requests at once than N get a 500; `--capacidade 11` does eleven documents a second and lets the others wait;
`--latencia` is what every answer takes; `--falhas` is the share of requests that get a 500; `--corte` the share whose
connection is cut, half of them after storing. `python -m bench.questor_server` prints its port; a line on stdin then
asks for `contar` (totals) or `tudo` (every Id with its posts and acceptances).
"""

import argparse
import asyncio
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

IDS = re.compile(rb'Id=\\"([A-Za-z]{2,3}[0-9A-Z]{44,56})\\"')
FAILED = b"HTTP/1.1 500 Erro\r\nContent-Length: 0\r\n\r\n"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: %d\r\n\r\n%b"


@dataclass
class Manners:
    """How the server behaves; see the module."""

    em_voo: int = 0
    capacidade: float = 0.0
    latencia: float = 0.0
    falhas: float = 0.0
    corte: float = 0.0


@dataclass
class Book:
    """What arrived and what was accepted, per Id."""

    manners: Manners
    draw: random.Random
    requests: int = 0
    refused: int = 0
    in_flight: int = 0
    most: int = 0
    free_at: float = 0.0
    posts: Counter[bytes] = field(default_factory=Counter)
    accepted: Counter[bytes] = field(default_factory=Counter)

    def wait(self, amount: int, now: float) -> float:
        """Return how long so many documents take, those before them included."""
        if not self.manners.capacidade:
            return self.manners.latencia
        self.free_at = max(self.free_at, now) + amount / self.manners.capacidade
        return self.manners.latencia + self.free_at - now

    def told(self, question: str) -> object:
        """Return the answer to a line on stdin."""
        totals = {
            "pedidos": self.requests,
            "recusados": self.refused,
            "max_em_voo": self.most,
            "posts": self.posts.total(),
            "aceitos": len(self.accepted),
            "repetidos": self.accepted.total() - len(self.accepted),
        }
        if question != "tudo":
            return totals
        return totals | {"ids": [[name.decode(), n, self.accepted[name]] for name, n in self.posts.items()]}


class Server(asyncio.Protocol):
    """Reads requests with a Content-Length, one after another on each connection."""

    def __init__(self, book: Book) -> None:
        self._book, self._pending = book, bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._loop = asyncio.get_running_loop()

    def data_received(self, data: bytes) -> None:
        self._pending += data
        while (end := self._pending.find(b"\r\n\r\n")) >= 0:
            length = _length(bytes(self._pending[:end]))
            if len(self._pending) < end + 4 + length:
                return
            body = bytes(self._pending[end + 4 : end + 4 + length])
            del self._pending[: end + 4 + length]
            self._request(IDS.findall(body))

    def _request(self, ids: list[bytes]) -> None:
        book = self._book
        book.requests += 1
        book.posts.update(ids)
        if book.manners.em_voo and book.in_flight >= book.manners.em_voo:
            return self._refuse(FAILED)
        if book.manners.falhas and book.draw.random() < book.manners.falhas:
            return self._refuse(FAILED)
        if book.manners.corte and book.draw.random() < book.manners.corte:
            return self._cut(ids)
        book.in_flight += 1
        book.most = max(book.most, book.in_flight)
        if wait := book.wait(len(ids), self._loop.time()):
            self._loop.call_later(wait, self._answer, ids)
        else:
            self._answer(ids)
        return None

    def _refuse(self, answer: bytes) -> None:
        self._book.refused += 1
        self._transport.write(answer)

    def _cut(self, ids: list[bytes]) -> None:
        if self._book.draw.random() < 0.5:
            self._book.accepted.update(ids)
        self._transport.abort()

    def _answer(self, ids: list[bytes]) -> None:
        self._book.in_flight -= 1
        # stored whether or not the caller is still there, as the real one does
        self._book.accepted.update(ids)
        if not self._transport.is_closing():
            records = b",".join(b'{"Key":"%b","Success":true,"Message":""}' % name for name in ids)
            self._transport.write(HEAD % (len(records) + 2, b"[" + records + b"]"))


def _length(head: bytes) -> int:
    at = head.lower().find(b"\r\ncontent-length:")
    return 0 if at < 0 else int(head[at + 17 :].split(b"\r\n", 1)[0])


async def serve(book: Book, read_line: Callable[[], str]) -> None:
    """Serve until stdin ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Server(book), "127.0.0.1", 0, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    while question := await loop.run_in_executor(None, read_line):
        print(json.dumps(book.told(question.strip())), flush=True)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    for name, kind in Manners.__annotations__.items():
        arguments.add_argument(f"--{name.replace('_', '-')}", type=kind, default=0)
    arguments.add_argument("--semente", type=int, default=0)
    given = vars(arguments.parse_args())
    drawn = random.Random(given.pop("semente"))
    asyncio.run(serve(Book(Manners(**given), drawn), sys.stdin.readline))
