"""The API as shipped, on a port of its own, and who asks it."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any

import requests
import uvicorn

from api.app import app
from core.clock import SYSTEM
from core.documentos.leitor import ler_documentos
from flows.documentos.entries import Entrada
from flows.documentos.storing import store
from flows.empresas.managing import criar
from flows.usuarios import managing, tokens
from flows.usuarios.finding import caller_of
from sandbox.documentos.comum import EMITENTE
from sandbox.listening import accept_no_more
from storage.session import transaction
from support.ports import free_port, wait_until

PATIENCE_SECONDS = 60


class Server(uvicorn.Server):
    """One that ends in a process that goes on: it leaves no connection that it took as it ended."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End what it serves."""
        await accept_no_more(chain.from_iterable(server.sockets for server in self.servers))
        await super().shutdown(sockets)


@contextmanager
def served() -> Iterator[str]:
    """Serve it in a thread; yield its address."""
    port = free_port()
    server = Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    wait_until(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(PATIENCE_SECONDS)


class Client:
    """A person with a token, or nobody."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self.url, self.session = url, requests.Session()
        self.session.trust_env = False
        if token is not None:
            self.session.headers["Authorization"] = f"Token {token}"

    def get(self, path: str, **how: Any) -> requests.Response:
        """Ask for a path."""
        return self.ask("GET", path, **how)

    def post(self, path: str, body: Any = None, **how: Any) -> requests.Response:
        """Send a body to a path."""
        return self.ask("POST", path, json=body, **how)

    def ask(self, method: str, path: str, **how: Any) -> requests.Response:
        """Make a request."""
        return self.session.request(method, self.url + path, timeout=PATIENCE_SECONDS, allow_redirects=False, **how)


def person(url: str, name: str = "ana", *, staff: bool = False) -> Client:
    """Return a new user with a token."""
    managing.criar(name, staff=staff)
    return Client(url, tokens.criar(name).token)


def importing(name: str, *texts: bytes, cnpj: str = EMITENTE.documento) -> None:
    """Store documents for a company of a user, as an import does."""
    who = caller_of(name)
    company = criar(cnpj, caller=who, replacing=True)
    given = [Entrada(one, "a.xml", who.usuario_id, company.id) for text in texts for one in ler_documentos(text)]
    with transaction() as db:
        store(db, given, SYSTEM)
