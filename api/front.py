"""The pages' door: who has signed in, whether a form is theirs, and that no answer is kept or framed by others.

Whatever stands below these paths is behind it: no page and no form can forget to ask.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import anyio.to_thread
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import FormData, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import errors, incoming, session
from api.page import HEADERS, refused
from api.routing import below
from core.errors import PlatformError
from core.text import storable

ENTRAR, SAIR, PAINEL, ADMIN = "/entrar", "/sair", "/painel", "/admin"
PATHS = (ENTRAR, SAIR, PAINEL, ADMIN)
READS = ("GET", "HEAD", "OPTIONS")
FIELD, HEADER = "csrf", "x-csrf-token"
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
FOREIGN = "Este pedido veio de outra página e não foi feito."
OVER = "A sessão terminou: entre de novo e repita."
WRONG = "Este formulário não é mais válido: volte, recarregue a página e repita."
STAFF = "Esta página é só para a equipe."


class Front:
    """Lets pass what may below these paths; the request's state has who asks (`visita`) and what was sent (`form`)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge one request."""
        if scope["type"] != "http" or not below(scope["path"], *PATHS):
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            await self._answered(request, _kept(send))
        finally:
            # files that came with a form
            await request.close()

    async def _answered(self, request: Request, send: Send) -> None:
        scope = request.scope
        scope["state"].update(visita=None, form=FormData())
        try:
            scope["state"]["visita"] = visita = await anyio.to_thread.run_sync(session.visit, request)
            answer = await _judged(request, visita)
        except (PlatformError, SQLAlchemyError) as fault:
            answer = refused(request, *errors.judged(fault))
        except errors.Malformed as fault:
            answer = refused(request, 400, " ".join(said for one in fault.fields.values() for said in one))
        except HTTPException as fault:
            answer = refused(request, fault.status_code, errors.PLAIN.get(fault.status_code, incoming.NO_FORM))
        if answer is not None:
            await answer(scope, request.receive, send)
        else:
            await self.app(scope, _again(request), send)


async def _judged(request: Request, visita: session.Visita | None) -> Response | None:
    """Return why a request may not pass; nothing when it may."""
    path, reads = request.url.path, request.method in READS
    incoming.check_query(request.scope["query_string"])
    if not reads and session.foreign(request):
        return refused(request, 403, FOREIGN)
    if not reads:
        request.state.form = await _form(request)
    if below(path, ENTRAR):
        return None
    if visita is None:
        return _nobody(request)
    if not reads and not visita.brings(request.headers.get(HEADER) or request.state.form.get(FIELD)):
        return refused(request, 403, WRONG)
    if below(path, ADMIN) and not visita.quem.staff:
        return refused(request, 403, STAFF)
    return None


def _nobody(request: Request) -> Response:
    """Return what somebody gets who has not signed in: the way in, where a person looks at a page."""
    if request.method not in READS or request.headers.get("sec-fetch-dest", "document") != "document":
        return refused(request, 401, OVER)
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"{ENTRAR}?proximo={quote(wanted, safe='/')}", 303)


async def _form(request: Request) -> FormData:
    """Return the fields that were sent; no more of a body is read than is taken."""
    await incoming.body(request)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in FORMS:
        return FormData()
    incoming.check_charset(request)
    form = await request.form()
    texts = [text for name, value in form.multi_items() for text in (name, _text(value))]
    if not all(storable(text) for text in texts):
        raise errors.Malformed({errors.GENERAL: [incoming.UNSTORABLE]})
    return form


def _text(value: Any) -> str:
    return value if isinstance(value, str) else value.filename or ""


def _again(request: Request) -> Receive:
    """Return what receives a body that has been read here, once more."""
    if request.method in READS:
        return request.receive
    waiting: list[Message] = [{"type": "http.request", "body": request._body, "more_body": False}]

    async def received() -> Message:
        return waiting.pop() if waiting else await request.receive()

    return received


def _kept(send: Send, said: Mapping[str, str] = HEADERS) -> Send:
    """Return what sends an answer with these headers, but for those it has."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in said.items():
                headers.setdefault(name, value)
        await send(message)

    return sent
