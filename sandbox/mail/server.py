"""A mail server in miniature: it takes mail after a login, is strict about it, and hands nothing on."""

import asyncio
import hmac
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from aiohttp import web

from core.clock import SYSTEM, Clock
from sandbox.listening import accept_no_more
from sandbox.mail.dialogue import LINE_LIMIT, Dialogue, Mail
from sandbox.server import SandboxServer

KEPT = 200


class MailServer(SandboxServer):
    """Speaks SMTP (RFC 5321, RFC 4954 PLAIN) without TLS, on loopback. `mails` are the newest that it took."""

    def __init__(self, user: str, password: str, clock: Clock = SYSTEM) -> None:
        super().__init__(clock)
        self.mails: deque[Mail] = deque(maxlen=KEPT)
        self.taken = self.refused = 0
        self._login = f"\0{user}\0{password}".encode()
        self._listening: asyncio.Server
        self._talks: set[asyncio.Task[None]] = set()

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """It speaks no HTTP."""
        return ()

    def estado(self) -> dict[str, Any]:
        """Return how many messages were taken, how many commands refused, and whose mail it is."""
        boxes = {address for mail in self.mails for address in mail.recipients}
        return {"mensagens": self.taken, "recusados": self.refused, "caixas": len(boxes)}

    def knows(self, credentials: bytes) -> bool:
        """Tell whether these are the user and the password."""
        return hmac.compare_digest(credentials, self._login)

    def keep(self, mail: Mail) -> None:
        """Take a message."""
        self.mails.append(mail)
        self.taken += 1
        self.changed()

    async def start(self, port: int = 0) -> None:
        """Serve on the running loop."""
        self._listening = await asyncio.start_server(self._accept, self.listen, port, limit=2 * LINE_LIMIT)
        self.port = self._listening.sockets[0].getsockname()[1]

    async def finish(self) -> None:
        """Close every connection and stop serving."""
        await accept_no_more(self._listening.sockets)
        self._listening.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.create_task(self._talk(reader, writer))
        self._talks.add(talk)
        talk.add_done_callback(self._talks.discard)
        # not at the end of the talk itself: one that is cancelled before it began has none
        talk.add_done_callback(lambda _: writer.close())

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # whoever goes away, or says nothing for long, gets no answer
        with suppress(OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            await Dialogue(self, reader, writer).run()
