"""What a SEFAZ was asked, told without a certificate, which the SEFAZ itself wants of everybody."""

from collections.abc import Iterable
from typing import Any

from aiohttp import web

from sandbox.sefaz.server import SefazServer
from sandbox.server import SandboxServer


class Painel(SandboxServer):
    """A server beside a SEFAZ, on a port of its own, without TLS."""

    def __init__(self, sefaz: SefazServer) -> None:
        super().__init__(sefaz.clock)
        self._sefaz = sefaz

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """There is nothing but its state."""
        return ()

    def estado(self) -> dict[str, Any]:
        """Return how much the SEFAZ was asked."""
        return self._sefaz.estado()
