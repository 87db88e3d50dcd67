"""Each request's number and time, and the end of a defect. docs/reference/contracts/integracoes.md §7.2."""

import time
import uuid

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import errors
from core.logs import get_logger

log = get_logger(__name__)


class Passing:
    """Gives each request a number, and each answer that number and how long it took."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request pass."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun, number, started = time.perf_counter(), uuid.uuid4().hex, False

        async def marked(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = number
                headers["X-Response-Time"] = f"{time.perf_counter() - begun:.3f}s"
            await send(message)

        try:
            await self.app(scope, receive, marked)
        except Exception:
            # A defect costs its request; who asked gets the number under which the log has it.
            log.exception("request failed", request_id=number, path=scope["path"])
            if not started:
                await errors.internal(number)(scope, receive, marked)
