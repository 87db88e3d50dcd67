"""Each request's number and time, the end of a defect, and what is written down of it afterwards.

docs/reference/contracts/integracoes.md §7.2: the row is written off the path; no failure of it changes an answer.
"""

import time
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import errors, measuring
from api.routing import BASE
from core import tracing
from core.clock import SYSTEM
from core.context import bound, new_origin
from core.logs import get_logger
from flows.pedidos.keeping import Keeper, Pedido
from flows.pedidos.redacting import LONGEST

WRITTEN = ("POST", "PUT", "PATCH")
REFUSED = 400
log = get_logger(__name__)


class Passing:
    """Lets requests pass: gives each a number, and each answer that number and how long it took."""

    def __init__(self, app: ASGIApp, keeper: Keeper) -> None:
        self.app, self.keeper = app, keeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request pass."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        one = _Passage(scope, receive, send)
        with bound(request_id=one.number, origin=one.number), tracing.span(scope["method"], tracing.SERVER) as span:
            await self._pass(one, scope, receive)
            span.name(f"{scope['method']} {measuring.route_of(scope)}")
            span.say(status=one.status)

    async def _pass(self, one: "_Passage", scope: Scope, receive: Receive) -> None:
        try:
            await self.app(scope, one.receive, one.send)
        except ClientDisconnect:
            # nobody is there to be answered, and nothing is wrong here
            log.info("caller went away", path=scope["path"])
        except Exception:
            # A defect costs its request; who asked gets the number under which the log has it.
            log.exception("request failed", path=scope["path"])
            if not one.status:
                await errors.internal(one.number)(scope, receive, one.send)
        finally:
            if scope["path"].startswith(BASE) and one.status:
                self.keeper.take(one.kept())
            measuring.note(scope, one.status, one.seconds())
            log.info("request", method=scope["method"], path=scope["path"], status=one.status, seconds=one.seconds())


class _Passage:
    """A request on its way."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._begun, self._came = time.perf_counter(), SYSTEM.now()
        self._sent, self._answered = bytearray(), bytearray()
        self.number, self.status = new_origin(), 0
        scope.setdefault("state", {})

    async def receive(self) -> Message:
        """Receive, and keep what is sent while it is short enough to be kept."""
        message = await self._receive()
        if message["type"] == "http.request" and self._scope["method"] in WRITTEN and len(self._sent) <= LONGEST:
            self._sent += message.get("body", b"")[: LONGEST + 1]
        return message

    async def send(self, message: Message) -> None:
        """Send, with what every answer says."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-ID"] = self.number
            headers["X-Response-Time"] = f"{self.seconds():.3f}s"
            headers.update(self._state().get("limite", {}))
        elif self.status >= REFUSED and len(self._answered) <= LONGEST:
            self._answered += message.get("body", b"")[: LONGEST + 1]
        await self._send(message)

    def kept(self) -> Pedido:
        """Return what is to be written down."""
        headers, who = Headers(scope=self._scope), self._state().get("quem")
        client = self._scope.get("client")
        return Pedido(
            timestamp=self._came,
            user=who.username if who is not None else None,
            method=self._scope["method"][:10],
            path=self._scope["path"],
            query=self._scope["query_string"],
            status_code=self.status,
            response_time=round(self.seconds(), 6),
            ip_address=client[0] if client else None,
            user_agent=headers.get("user-agent", ""),
            content_type=headers.get("content-type", ""),
            sent=bytes(self._sent),
            answered=bytes(self._answered),
        )

    def seconds(self) -> float:
        """Return how long it has taken so far."""
        return time.perf_counter() - self._begun

    def _state(self) -> Mapping[str, Any]:
        state: Mapping[str, Any] = self._scope["state"]
        return state
