"""Common base of the sandbox servers: an aiohttp application on a free loopback port.

Used in two ways: `with Server() as server:` runs it in a thread of its own (tests);
`await server.start()` and `await server.finish()` run it on the caller's loop (the demo).
"""

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from core.clock import SYSTEM, Clock
from sandbox.faults import Faults
from sandbox.listening import accept_no_more

LOOPBACK = "127.0.0.1"
BACKLOG = 1024
ESTADO = "/_sandbox/estado"

COMMON_HEADERS = frozenset(
    {"host", "connection", "accept", "accept-encoding", "user-agent", "content-type", "content-length"}
)


class SandboxServer:
    """A strict little server; subclasses give `routes()` and `estado()`."""

    max_body = 1024 * 1024

    def __init__(self, clock: Clock = SYSTEM) -> None:
        self.clock = clock
        self.faults = Faults()
        self.host = self.listen = LOOPBACK
        self.port = 0
        self.tls: ssl.SSLContext | None = None
        self._runner: web.AppRunner | None = None
        self._listener: socket.socket
        self._thread: _ServerThread | None = None
        self._changed = threading.Condition()

    @property
    def url(self) -> str:
        """Root address, without a slash at the end."""
        return f"{'https' if self.tls else 'http'}://{self.host}:{self.port}"

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Return the routes of the system imitated."""
        raise NotImplementedError

    def estado(self) -> dict[str, Any]:
        """Return what was received so far, as JSON data and without secrets."""
        raise NotImplementedError

    def middlewares(self) -> Iterable[Any]:
        """Return the middlewares of the system imitated; none by default."""
        return ()

    async def start(self, port: int = 0) -> None:
        """Serve on the running loop."""
        app = web.Application(middlewares=list(self.middlewares()), client_max_size=self.max_body)
        app.router.add_get(ESTADO, self._estado)
        app.router.add_routes(self.routes())
        self._listener = socket.create_server((self.listen, port), backlog=BACKLOG)
        # cancelling handlers lets silent and endless answers end with their connection
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.05)
        await self._runner.setup()
        await web.SockSite(self._runner, self._listener, backlog=BACKLOG, ssl_context=self.tls).start()
        self.port = self._listener.getsockname()[1]

    async def finish(self) -> None:
        """Close every connection and stop serving on the running loop."""
        if self._runner is not None:
            await accept_no_more([self._listener])
            await self._runner.cleanup()
            self._runner = None

    def run(self) -> Self:
        """Serve in a thread of its own; after a `stop`, on the same port as before."""
        self._thread = _ServerThread(self)
        self._thread.begin()
        return self

    def stop(self) -> None:
        """Stop the server's own thread; the port is free afterwards. Safe to call twice."""
        if self._thread is not None:
            self._thread.end()
            self._thread = None

    def __enter__(self) -> Self:
        return self.run()

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def changed(self) -> None:
        """Wake the threads that wait for something to be received."""
        with self._changed:
            self._changed.notify_all()

    def wait_for(self, condition: Callable[[], object], timeout: float = 60.0) -> bool:
        """Wait in another thread until the condition holds; False when time is up."""
        with self._changed:
            return bool(self._changed.wait_for(condition, timeout))

    async def _estado(self, request: web.Request) -> web.Response:
        return web.json_response(self.estado())


class _ServerThread:
    """Runs one server on a loop of its own until told to end."""

    def __init__(self, server: SandboxServer) -> None:
        self._server = server
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name=type(server).__name__, daemon=True)

    def begin(self) -> None:
        """Return when the port answers; raise what prevented it."""
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            raise self._failure

    def end(self) -> None:
        """Ask the loop to finish and wait for the thread."""
        if self._loop is not None and self._over is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except OSError as failure:
            self._failure = failure
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        await self._server.start(self._server.port)
        self._ready.set()
        try:
            await self._over.wait()
        finally:
            await self._server.finish()


def unknown_headers(request: web.Request, known: Iterable[str] = ()) -> list[str]:
    """Return the names of the request's headers that are neither common nor known, in lower case."""
    return sorted({name.lower() for name in request.headers} - COMMON_HEADERS - set(known))


@contextmanager
def refused_address() -> Iterator[str]:
    """Yield the address of a port that is held but refuses every connection."""
    with socket.socket() as held:
        held.bind((LOOPBACK, 0))
        yield f"http://{LOOPBACK}:{held.getsockname()[1]}"
