"""One viewer's stream of server-sent events: a part of the page whenever it has changed, a heartbeat when none has."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import anyio.to_thread
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.painel.live import Live, Viewer

HEARTBEAT_SECONDS, SLOW_SECONDS = 15.0, 10.0
BEGIN, HEARTBEAT, GONE = b"retry: 3000\n\n", b": vivo\n\n", b"event: fim\ndata: {}\n\n"
KIND, HEADERS = "text/event-stream", {"x-accel-buffering": "no"}


class Stream(Response):
    """Answers with the stream of a viewer.

    `stands` is asked as often as a heartbeat is due whether the session still stands. It ends with that, with the
    browser, with the process, and where the browser takes nothing for seconds.
    """

    def __init__(self, live: Live, viewer: Viewer, stands: Callable[[], bool]) -> None:
        super().__init__(None, headers=HEADERS, media_type=KIND)
        # nobody knows how long it gets
        del self.headers["content-length"]
        self._live, self._viewer, self._stands = live, viewer, stands

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until it ends."""
        watching = asyncio.create_task(self._until_gone(receive))
        try:
            with suppress(TimeoutError):
                await self._send(send)
        finally:
            watching.cancel()
            self._live.leave(self._viewer)

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        now = asyncio.get_running_loop().time
        body, asked = BEGIN, now()
        while not self._viewer.over:
            async with asyncio.timeout(SLOW_SECONDS):
                await send({"type": "http.response.body", "body": body, "more_body": True})
            body = await self._viewer.next(HEARTBEAT_SECONDS)
            # news that never ceases must not outlive the session
            if not body or now() - asked >= HEARTBEAT_SECONDS:
                body, asked = await self._alive(body), now()
        await send({"type": "http.response.body", "body": body, "more_body": False})

    async def _alive(self, news: bytes) -> bytes:
        if self._viewer.over:
            return b""
        if await anyio.to_thread.run_sync(self._stands):
            return news or HEARTBEAT
        self._viewer.over = True
        return GONE

    async def _until_gone(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._viewer.end()
