"""The doors of the ntfy server: publish by JSON or plainly, poll, live stream."""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from aiohttp import web

from core.clock import SYSTEM, Clock
from sandbox.ntfy import errors, pages
from sandbox.ntfy.access import Accounts, Visitors
from sandbox.ntfy.errors import NtfyError
from sandbox.ntfy.fields import Fields, from_json, from_request
from sandbox.ntfy.forms import FORMS
from sandbox.ntfy.message import RESERVED, Message, build, check_topic, new_id
from sandbox.ntfy.query import Query
from sandbox.server import ESTADO, SandboxServer

KEPT = 10_000
SHOWN = 20
SUBSCRIPTIONS = 30

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class NtfyServer(SandboxServer):
    """An ntfy server with its default limits.

    Args:
        accounts: users, tokens and topics; without them credentials are not looked at.
        burst, refill_seconds: requests a visitor has at once, then one per so many seconds.
        attachments: False answers 400 (40014) where a long text would become an attachment.
        keepalive_seconds: silence after which the live stream sends a keepalive.

    Faults: key = the path (`/` is the JSON publish), or none for all.
    """

    max_body = 16 * 1024 * 1024

    def __init__(
        self,
        accounts: Accounts | None = None,
        *,
        burst: int = 60,
        refill_seconds: float = 5.0,
        attachments: bool = True,
        keepalive_seconds: float = 45.0,
        clock: Clock = SYSTEM,
    ) -> None:
        super().__init__(clock)
        self.published: deque[Message] = deque(maxlen=KEPT)
        self.refused: Counter[int] = Counter()
        self._accounts = accounts or Accounts()
        self._visitors = Visitors(burst, refill_seconds, clock)
        self._attachments = attachments
        self._keepalive = keepalive_seconds
        self._subscribers: dict[asyncio.Queue[Message], Query] = {}
        self._subscriptions: Counter[str] = Counter()

    def messages(self, topic: str | None = None) -> list[Message]:
        """Return what was published, oldest first, in one topic or in all."""
        return [one for one in list(self.published) if topic in (None, one["topic"])]

    def estado(self) -> dict[str, Any]:
        """Return counters and the newest messages."""
        shown = ("id", "time", "topic", "title", "message", "priority", "tags")
        newest = list(self.published)[-SHOWN:]
        return {
            "publicadas": len(self.published),
            "recusadas": {str(code): amount for code, amount in sorted(self.refused.items())},
            "mensagens": [{name: one[name] for name in shown if name in one} for one in newest],
        }

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """The JSON publish, the plain ones, the subscription, health; anything else is 404."""
        for method in ("POST", "PUT"):
            yield web.route(method, "/", self._publish_json)
            yield web.route(method, pages.TOPIC_PATH, self._publish_plain)
        yield web.get("/{topics:[-_A-Za-z0-9,]+}/{form:json|sse|raw|ws}", self._subscribe)
        yield web.get(pages.TOPIC_PATH + "/{verb:publish|send|trigger}", self._publish_plain)
        yield from pages.routes()
        yield web.route("*", "/{tail:.*}", self._not_found)

    def middlewares(self) -> Iterable[Any]:
        """Faults first, then ntfy's own refusals as JSON."""
        return (self._guard,)

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path == ESTADO:
            return await handler(request)

        async def healthy() -> web.StreamResponse:
            try:
                return await handler(request)
            except NtfyError as error:
                self.refused[error.code or error.http] += 1
                self.changed()
                return error.response()

        return await self.faults.answer(request, healthy, request.path)

    async def _publish_json(self, request: web.Request) -> web.StreamResponse:
        user = self._admit(request)
        fields = from_json(request, await request.read())
        return self._publish(user, fields["topic"], fields, b"")

    async def _publish_plain(self, request: web.Request) -> web.StreamResponse:
        user = self._admit(request)
        fields = from_request(request)
        return self._publish(user, request.match_info["topic"], fields, await request.read())

    def _publish(self, user: str, topic: str, fields: Fields, body: bytes) -> web.Response:
        check_topic(topic)
        self._accounts.permit(user, topic)
        message = build(topic, fields, body, self._now(), f"{self.url}/file" if self._attachments else None)
        self.published.append(message)
        delay = max(0, message["time"] - self._now())
        asyncio.get_running_loop().call_later(delay, self._spread, message)
        self.changed()
        return web.json_response(message)

    def _spread(self, message: Message) -> None:
        for waiting, query in self._subscribers.items():
            if query.wants(message):
                waiting.put_nowait(message)

    async def _subscribe(self, request: web.Request) -> web.StreamResponse:
        user = self._admit(request)
        query = Query.of(request, self._now())
        if RESERVED & set(query.topics):
            return pages.missing()
        form = FORMS.get(request.match_info["form"])
        if form is None:
            raise NtfyError(*errors.NO_WEBSOCKET)
        for topic in query.topics:
            check_topic(topic)
            self._accounts.permit(user, topic)
        cached = query.cached(self.published, self._now())
        if query.poll:
            return web.Response(body=b"".join(map(form.line, cached)), headers={"Content-Type": form.media})
        return await self._stream(request, user or request.remote or "", query, cached)

    async def _stream(
        self, request: web.Request, visitor: str, query: Query, cached: Iterable[Message]
    ) -> web.StreamResponse:
        if self._subscriptions[visitor] >= SUBSCRIPTIONS:
            raise NtfyError(*errors.TOO_MANY_SUBSCRIPTIONS)
        waiting: asyncio.Queue[Message] = asyncio.Queue()
        for message in (self._sign("open", query), *cached):
            waiting.put_nowait(message)
        self._subscribers[waiting] = query
        self._subscriptions[visitor] += 1
        try:
            return await self._feed(request, waiting, query)
        finally:
            del self._subscribers[waiting]
            self._subscriptions[visitor] -= 1

    async def _feed(self, request: web.Request, waiting: asyncio.Queue[Message], query: Query) -> web.StreamResponse:
        form = FORMS[request.match_info["form"]]
        response = web.StreamResponse(headers={"Content-Type": form.media})
        await response.prepare(request)
        while True:
            try:
                message = await asyncio.wait_for(waiting.get(), self._keepalive)
            except TimeoutError:
                message = self._sign("keepalive", query)
            await response.write(form.line(message))

    def _sign(self, event: str, query: Query) -> Message:
        return {"id": new_id(), "time": self._now(), "event": event, "topic": ",".join(query.topics)}

    def _admit(self, request: web.Request) -> str:
        user = self._visitors.identify(self._accounts, request)
        self._visitors.admit(user or request.remote or "")
        return user

    def _now(self) -> int:
        return int(self.clock.now().timestamp())

    async def _not_found(self, request: web.Request) -> web.Response:
        if "//" in request.path:
            return web.Response(status=307, headers={"Location": request.path.replace("//", "/")})
        raise NtfyError(*errors.NOT_FOUND)
