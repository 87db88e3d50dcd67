"""Routes as the contract wants them: with or without the slash at the end, what was sent looked at first.

docs/reference/contracts/integracoes.md §4.1 and §4.70.
"""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.params import Form
from fastapi.routing import APIRoute

from api import incoming

BASE = "/api"


def below(path: str, *bases: str) -> bool:
    """Tell whether a path is one of these, or below one."""
    # a route's pattern also ends before a line break
    bare = path.removesuffix("\n")
    return any(bare == base or bare.startswith(f"{base}/") for base in bases)


class Xml(Response):
    """A document's text."""

    media_type = "application/xml"


class Csv(Response):
    """A table."""

    media_type = "text/csv"


class Zip(Response):
    """An archive."""

    media_type = "application/zip"


class Rota(APIRoute):
    """A route behind the look at what was sent."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers, behind that look."""
        answer = super().get_route_handler()
        body = self.body_field
        is_form = body is not None and isinstance(body.field_info, Form)

        async def looked_at(request: Request) -> Response:
            await incoming.check(request, takes_body=body is not None, takes_form=is_form)
            return await answer(request)

        return looked_at


class Rotas(APIRouter):
    """Paths below `/api`; each is answered with its slash and without, and described once."""

    def __init__(self, prefix: str, tag: str) -> None:
        super().__init__(prefix=BASE + prefix, tags=[tag], route_class=Rota)

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **how: Any) -> None:
        """Add a path, and the same without its slash."""
        super().add_api_route(path, endpoint, **how)
        if path.endswith("/"):
            super().add_api_route(path[:-1], endpoint, **how | {"include_in_schema": False})
