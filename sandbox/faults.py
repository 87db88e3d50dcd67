"""Faults of any sandbox server: one per request from a queue, or the same for every request until cleared."""

import asyncio
import gzip
import socket
import struct
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass, field

from aiohttp import web

Usual = Callable[[], Awaitable[web.StreamResponse]]
Fault = Callable[[web.Request, Usual], Awaitable[web.StreamResponse]]

MIB = 1024 * 1024


async def usual(request: web.Request, answer: Usual) -> web.StreamResponse:
    """Answer as a healthy server does; useful between two faults of a queue."""
    return await answer()


def after(fault: Fault) -> Fault:
    """Do the work first, then fail: the caller cannot know that it was done."""

    async def act(request: web.Request, answer: Usual) -> web.StreamResponse:
        await answer()
        return await fault(request, answer)

    return act


def slow(seconds: float) -> Fault:
    """Answer as usual, late."""

    async def act(request: web.Request, answer: Usual) -> web.StreamResponse:
        await asyncio.sleep(seconds)
        return await answer()

    return act


def silent() -> Fault:
    """Take the request and never answer."""

    async def act(request: web.Request, answer: Usual) -> web.StreamResponse:
        return await _for_ever()

    return act


def status(code: int, body: str | bytes = b"", headers: Mapping[str, str] | None = None) -> Fault:
    """Answer with this status, body and headers (`{"Retry-After": "7"}`)."""

    async def act(request: web.Request, answer: Usual) -> web.StreamResponse:
        return web.Response(status=code, body=body.encode() if isinstance(body, str) else body, headers=headers)

    return act


def redirect(address: str, code: int = 302) -> Fault:
    """Point to another address."""
    return status(code, headers={"Location": address})


def html(code: int = 200) -> Fault:
    """Answer with a web page, as a proxy or a captive portal does."""
    page = "<!DOCTYPE html><html><body><h1>Bem-vindo</h1></body></html>"
    return status(code, page, {"Content-Type": "text/html; charset=utf-8"})


def bomb(size: int = 10 * MIB) -> Fault:
    """Answer with a small gzip body that inflates to `size` bytes, even if the caller accepts no gzip."""
    return status(200, gzip.compress(bytes(size)), {"Content-Encoding": "gzip"})


def drip(every_ms: float = 50) -> Fault:
    """Send the headers, then one byte at a time without end."""

    async def act(request: web.Request, answer: Usual) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b".")
            await asyncio.sleep(every_ms / 1000)

    return act


def drip_head(every_ms: float = 50) -> Fault:
    """Send the status line, then one byte of a header at a time without end."""

    async def act(request: web.Request, answer: Usual) -> web.StreamResponse:
        _transport(request).write(b"HTTP/1.1 200 OK\r\nX-Drip: ")
        while True:
            _transport(request).write(b".")
            await asyncio.sleep(every_ms / 1000)

    return act


def huge(size: int = 50 * MIB, *, declared: bool = True) -> Fault:
    """Answer 200 with a body of `size` bytes, with or without a Content-Length that says so."""

    async def act(request: web.Request, answer: Usual) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": str(size)} if declared else None)
        await response.prepare(request)
        for start in range(0, size, 65536):
            await response.write(bytes(min(65536, size - start)))
        await response.write_eof()
        return response

    return act


def reset() -> Fault:
    """Cut the connection with a TCP RST."""

    async def act(request: web.Request, answer: Usual) -> web.StreamResponse:
        transport = _transport(request)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
        return await _for_ever()

    return act


def close_early(sent: bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nparte") -> Fault:
    """Send these raw bytes, then close the connection; nothing at all with `b""`."""

    async def act(request: web.Request, answer: Usual) -> web.StreamResponse:
        transport = _transport(request)
        transport.write(sent)
        transport.close()
        return await _for_ever()

    return act


def garbage() -> Fault:
    """Send bytes that are no HTTP, then close."""
    return close_early(b"\x00\xffSSH-2.0-outro_protocolo\r\n\r\n")


async def _for_ever() -> web.StreamResponse:
    # aiohttp cancels the handler when the connection is lost or the server stops
    never: asyncio.Future[web.StreamResponse] = asyncio.get_running_loop().create_future()
    return await never


def _transport(request: web.Request) -> asyncio.Transport:
    if not isinstance(request.transport, asyncio.Transport):
        raise ConnectionResetError("o cliente já foi embora")
    return request.transport


@dataclass
class _Program:
    queue: deque[Fault] = field(default_factory=deque)
    mode: Fault | None = None

    def next(self) -> Fault | None:
        return self.queue.popleft() if self.queue else self.mode


class Faults:
    """What goes wrong, and where: a program per key (a path, a caixa) and one for every request (no key).

    A queued fault serves one request; when the queue is empty the fixed mode counts, then the program without key.
    """

    def __init__(self) -> None:
        self._programs: defaultdict[Hashable, _Program] = defaultdict(_Program)

    def queue(self, *faults: Fault, key: Hashable = None) -> None:
        """Add faults for the next requests, one each."""
        self._programs[key].queue.extend(faults)

    def always(self, fault: Fault, key: Hashable = None) -> None:
        """Fail every request this way until `clear`."""
        self._programs[key].mode = fault

    def clear(self, key: Hashable = None) -> None:
        """Be healthy again at this key; queued faults are forgotten."""
        self._programs[key] = _Program()

    def take(self, *keys: Hashable) -> Fault:
        """Return the fault of the next request that belongs to these keys, the first key being the nearest."""
        for key in (*keys, None):
            if key in self._programs and (fault := self._programs[key].next()):
                return fault
        return usual

    async def answer(self, request: web.Request, healthy: Usual, *keys: Hashable) -> web.StreamResponse:
        """Answer one request with its fault, or as a healthy server does."""
        return await self.take(*keys)(request, healthy)
