"""A real mail server in this process (aiosmtpd), that refuses, lets wait or dies where it is told to."""

import asyncio
import ssl
import threading
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from core.settings.email import ContaEmail
from sandbox.listening import accept_no_more

SENDER = "Esteira <avisos@esteira.exemplo.com.br>"
GOOD = "250 2.0.0 OK"
Answer = str | Callable[["MailServer", SMTP, str], Awaitable[str]]


async def dies(server: "MailServer", smtp: SMTP, text: str) -> str:
    """End the connection in place of an answer."""
    smtp.transport.abort()
    return "421 bye"


async def never(server: "MailServer", smtp: SMTP, text: str) -> str:
    """Let the other side wait until the server ends."""
    await asyncio.get_running_loop().run_in_executor(None, server.over.wait)
    return GOOD


@dataclass
class Mail:
    """A message as it came."""

    sender: str
    recipient: str
    raw: bytes
    utf8: bool = False

    @property
    def message(self) -> EmailMessage:
        """The message, read."""
        found = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(found, EmailMessage)
        return found


@dataclass
class MailServer:
    """`with MailServer() as server:`; `answers` has, by stage (ehlo, auth, mail, rcpt, data), the next ones in order.

    The last answer of a stage holds for all that follow; without one everything is taken.
    """

    tls: Path | None = None
    implicit: bool = False
    users: dict[str, str] = field(default_factory=dict)
    logins: bool = True
    utf8: bool = False
    size: int = 1 << 20
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    mails: list[Mail] = field(default_factory=list)
    tried: list[Mail] = field(default_factory=list)
    connections: int = 0
    commands: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.over = threading.Event()
        self.host, self.port = "127.0.0.1", 0
        self._asked: defaultdict[str, int] = defaultdict(int)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="smtp", daemon=True)
        self._open: list[asyncio.Transport] = []

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over.set()
        asyncio.run_coroutine_threadsafe(self._finish(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def conta(self, **more: Any) -> ContaEmail:
        """Return an account of this server."""
        return ContaEmail.model_validate(
            {"host": self.host, "port": self.port, "security": "none", "sender": SENDER} | more
        )

    def drop(self) -> None:
        """End every connection, as a server does that was idle for long."""

        async def end() -> None:
            for transport in self._open:
                transport.abort()

        asyncio.run_coroutine_threadsafe(end(), self._loop).result()

    async def answer(self, stage: str, smtp: SMTP, text: str, good: str = GOOD) -> str:
        """Return what is said at a stage."""
        said = self.answers.get(stage, [])
        asked, self._asked[stage] = self._asked[stage], self._asked[stage] + 1
        if not said:
            return good
        one = said[min(asked, len(said) - 1)]
        found = one if isinstance(one, str) else await one(self, smtp, text)
        return found or good

    async def _start(self) -> None:
        context = None
        if self.tls is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.tls)
        self._server = await self._loop.create_server(
            lambda: self._protocol(None if self.implicit else context),
            self.host,
            0,
            ssl=context if self.implicit else None,
        )
        self.port = self._server.sockets[0].getsockname()[1]

    def _protocol(self, context: ssl.SSLContext | None) -> SMTP:
        server = self

        class Counted(SMTP):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                if transport not in server._open:
                    server.connections += 1
                server._open.append(transport)  # type: ignore[arg-type]
                super().connection_made(transport)

        return Counted(
            _Handler(self),
            hostname="mx.exemplo.com.br",
            tls_context=context,
            require_starttls=context is not None,
            authenticator=self._authenticated if self.users else None,
            auth_exclude_mechanism=() if self.logins else ("PLAIN", "LOGIN"),
            auth_require_tls=self.tls is not None and not self.implicit,
            enable_SMTPUTF8=self.utf8,
            data_size_limit=self.size,
            loop=self._loop,
            timeout=600,
        )

    def _authenticated(self, _: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
        assert isinstance(given, LoginPassword)
        right = self.users.get(given.login.decode()) == given.password.decode()
        return AuthResult(success=right, handled=False)

    async def _finish(self) -> None:
        await accept_no_more(self._server.sockets)
        self._server.close()
        for transport in self._open:
            transport.abort()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._loop.shutdown_default_executor()


class _Handler:
    def __init__(self, server: MailServer) -> None:
        self._server = server

    async def handle_EHLO(  # noqa: N802 - the library's name
        self, smtp: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self._server.commands.append(f"EHLO {hostname}")
        refused = await self._server.answer("ehlo", smtp, hostname, "")
        return [refused] if refused else responses

    async def handle_RSET(self, smtp: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self._server.commands.append("RSET")
        return await self._server.answer("rset", smtp, "")

    async def handle_MAIL(  # noqa: N802 - the library's name
        self, smtp: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self._server.commands.append(f"MAIL {address} {' '.join(options)}".strip())
        said = await self._server.answer("mail", smtp, address)
        if said.startswith("2"):
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return said

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, smtp: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self._server.commands.append(f"RCPT {address}")
        said = await self._server.answer("rcpt", smtp, address)
        if said.startswith("2"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, smtp: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        (recipient,) = envelope.rcpt_tos
        assert isinstance(envelope.content, bytes)
        assert envelope.mail_from is not None
        mail = Mail(envelope.mail_from, recipient, envelope.content, envelope.smtp_utf8)
        self._server.tried.append(mail)
        said = await self._server.answer("data", smtp, recipient)
        if said.startswith("2"):
            self._server.mails.append(mail)
        return said
