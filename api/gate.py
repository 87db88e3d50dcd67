"""Who asks: a token is asked for before path, id, media type and body. docs/reference/contracts/integracoes.md §4.2."""

from collections.abc import Iterable

import anyio.to_thread
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Receive, Scope, Send

from api import errors, limit
from api.routing import BASE, below
from core.errors import PlatformError
from flows.usuarios import tokens
from flows.usuarios.tokens import Quem

SCHEME = "token"
OPEN = {f"{BASE}/auth/login", f"{BASE}/openapi.json"}
CHALLENGE = {"www-authenticate": "Token"}
LONGEST_TOKEN = 200


class Gate:
    """Lets pass what may below `/api`: not too often, and with a token that stands but for what is open.

    Who asks stands in the request's state as `quem`, what the answer says of the limit as `limite`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge one request."""
        if scope["type"] != "http" or not below(scope["path"], BASE):
            await self.app(scope, receive, send)
            return
        try:
            who, verdict = await anyio.to_thread.run_sync(_judged, shown(scope["headers"]), address(scope))
        except (PlatformError, SQLAlchemyError) as fault:
            await errors.answer(fault)(scope, receive, send)
            return
        scope["state"].update(quem=who, limite=verdict.headers())
        if not verdict.passes:
            await errors.too_many()(scope, receive, send)
        elif who is None and guarded(scope["path"]):
            await errors.plain(401, CHALLENGE)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def address(scope: Scope) -> str:
    """Return where a request comes from; behind a proxy that is trusted, that is who asked it."""
    client = scope.get("client")
    return client[0] if client else "?"


def guarded(path: str) -> bool:
    """Tell whether a path is only for those who show a token."""
    return below(path, BASE) and path.rstrip("/") not in OPEN


def shown(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """Return the token that a request shows; none when there is none, or several."""
    said = [value for name, value in headers if name == b"authorization"]
    words = said[0].decode("latin-1").split() if len(said) == 1 else []
    if len(words) != 2 or words[0].lower() != SCHEME or len(words[1]) > LONGEST_TOKEN:
        return None
    return words[1]


def _judged(token: str | None, where: str) -> tuple[Quem | None, limit.Verdict]:
    who = None if token is None else tokens.quem(token)
    return who, limit.of_person(who.id, where, who.limite) if who else limit.of_person(None, where)
