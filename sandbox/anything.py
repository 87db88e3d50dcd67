"""A server of no system in particular: every request gets the same answer, unless a fault is set."""

import json
from collections.abc import Iterable
from typing import Any

from aiohttp import web

from core.clock import SYSTEM, Clock
from sandbox.server import SandboxServer


class AnythingServer(SandboxServer):
    """Answers `content` to every request, as JSON or, when it is bytes, as it is; keeps the requests."""

    def __init__(self, content: object, clock: Clock = SYSTEM) -> None:
        super().__init__(clock)
        self.content = content
        self.requests: list[web.Request] = []

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """One route for everything."""
        yield web.route("*", "/{tail:.*}", self._answer)

    def estado(self) -> dict[str, Any]:
        """Return how many requests came."""
        return {"pedidos": len(self.requests)}

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        await request.read()
        self.requests.append(request)
        self.changed()

        async def healthy() -> web.StreamResponse:
            if isinstance(self.content, bytes):
                return web.Response(body=self.content)
            return web.Response(text=json.dumps(self.content), content_type="application/json")

        return await self.faults.answer(request, healthy)
