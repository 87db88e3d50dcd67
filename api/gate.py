"""Who asks: a token is asked for before path, id, media type and body. docs/reference/contracts/integracoes.md §4.2."""

from collections.abc import Iterable

import anyio.to_thread
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Receive, Scope, Send

from api import errors
from api.routing import BASE
from core.errors import PlatformError
from flows.usuarios import tokens
from flows.usuarios.tokens import Quem

SCHEME = "token"
OPEN = {f"{BASE}/auth/login", f"{BASE}/openapi.json"}
CHALLENGE = {"www-authenticate": "Token"}
LONGEST_TOKEN = 200


class Gate:
    """Lets nobody in below `/api` who shows no token that stands; who it is stands in the request's state as `quem`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge one request."""
        if scope["type"] != "http" or not guarded(scope["path"]):
            await self.app(scope, receive, send)
            return
        try:
            who = await anyio.to_thread.run_sync(_who, shown(scope["headers"]))
        except (PlatformError, SQLAlchemyError) as fault:
            await errors.answer(fault)(scope, receive, send)
            return
        if who is None:
            await errors.plain(401, CHALLENGE)(scope, receive, send)
            return
        scope.setdefault("state", {})["quem"] = who
        await self.app(scope, receive, send)


def guarded(path: str) -> bool:
    """Tell whether a path is only for those who show a token."""
    bare = path.rstrip("/")
    return (bare == BASE or path.startswith(f"{BASE}/")) and bare not in OPEN


def shown(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """Return the token that a request shows; none when there is none, or several."""
    said = [value for name, value in headers if name == b"authorization"]
    words = said[0].decode("latin-1").split() if len(said) == 1 else []
    if len(words) != 2 or words[0].lower() != SCHEME or len(words[1]) > LONGEST_TOKEN:
        return None
    return words[1]


def _who(token: str | None) -> Quem | None:
    return None if token is None else tokens.quem(token)
