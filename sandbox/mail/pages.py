"""The mailboxes of the mail server, for a browser."""

import base64
import html
from collections.abc import Iterable
from email.message import EmailMessage
from typing import Any

from aiohttp import web

from sandbox.mail.server import MailServer
from sandbox.server import SandboxServer

# A mail may hold anything.
SAFE = {"Content-Security-Policy": "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'"}
PAGE = """<!doctype html><html lang="pt-BR"><meta charset="utf-8"><title>{title}</title>
<style>body{{font-family:sans-serif;margin:2rem auto;max-width:60rem}}td,th{{padding:.3rem .8rem;text-align:left}}
</style><h1>{title}</h1>{content}"""


class Mailboxes(SandboxServer):
    """What a mail server took, as pages: `/` lists it, `/mensagens/N` is one as its reader sees it."""

    def __init__(self, server: MailServer) -> None:
        super().__init__(server.clock)
        self._server = server

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Return the two pages."""
        return (web.get("/", self._list), web.get(r"/mensagens/{number:\d{1,9}}", self._show))

    def estado(self) -> dict[str, Any]:
        """Return what the mail server has seen."""
        return self._server.estado()

    async def _list(self, _request: web.Request) -> web.Response:
        first = self._server.taken - len(self._server.mails)
        rows = [
            f"<tr><td>{html.escape(', '.join(mail.recipients))}<td><a href='/mensagens/{first + at}'>"
            f"{html.escape(mail.header('Subject'))}</a><td>{html.escape(mail.header('Date'))}"
            for at, mail in enumerate(self._server.mails, 1)
        ]
        table = f"<table><tr><th>Para<th>Assunto<th>Data{''.join(reversed(rows))}</table>"
        return _page("Correio da demonstração", table if rows else "<p>Ainda não chegou nada.")

    async def _show(self, request: web.Request) -> web.Response:
        at = int(request.match_info["number"]) - (self._server.taken - len(self._server.mails)) - 1
        if not 0 <= at < len(self._server.mails):
            raise web.HTTPNotFound
        return web.Response(text=_seen(self._server.mails[at].message), content_type="text/html", headers=SAFE)


def _page(title: str, content: str) -> web.Response:
    return web.Response(text=PAGE.format(title=title, content=content), content_type="text/html")


def _seen(message: EmailMessage) -> str:
    """Return the body as its reader sees it, with its images in it."""
    body = message.get_body(("html", "plain"))
    if not isinstance(body, EmailMessage):
        return "<p>Sem texto."
    text = str(body.get_content())
    if body.get_content_type() != "text/html":
        return f"<pre>{html.escape(text)}</pre>"
    for part in message.walk():
        if name := part["Content-ID"]:
            image = base64.b64encode(bytes(part.get_content())).decode()
            text = text.replace(f"cid:{str(name).strip('<>')}", f"data:{part.get_content_type()};base64,{image}")
    return text
