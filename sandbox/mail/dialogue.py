"""What is said on one connection to the mail server (RFC 5321, RFC 4954)."""

import asyncio
import base64
import contextlib
import re
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Protocol

# RFC 5321 §4.5.3.1: a line of a command, a line of text with its end.
COMMAND_LIMIT, LINE_LIMIT = 512, 1000
SIZE_LIMIT, RECIPIENTS, IDLE_SECONDS = 1 << 20, 100, 60.0
NEEDED = ("From", "To", "Date", "Message-ID", "Subject")
_PATHS = {
    word: re.compile(
        rf"{word}:<(?P<address>[^<>\s]+@[^<>\s]+)>(?P<options>(?: [A-Z0-9]+(?:=[^\s=]+)?)*)", re.IGNORECASE
    )
    for word in ("FROM", "TO")
}
# Of the parameters of RFC 5321 §4.1.1.11 those of what is offered.
_OPTION = re.compile(r"SIZE=\d{1,20}|BODY=(?:7BIT|8BITMIME)|AUTH=\S+", re.IGNORECASE)
_SIZE = re.compile(r"\bSIZE=(\d{1,12})", re.IGNORECASE)


@dataclass(frozen=True)
class Mail:
    """A message that was taken, and who gets it."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage

    def header(self, name: str) -> str:
        """Return a header as people read it."""
        return str(self.message[name] or "")


class Keeper(Protocol):
    """Who knows those that may send, and keeps what they send."""

    refused: int

    def knows(self, credentials: bytes) -> bool:
        """Tell whether these are the user and the password."""
        ...

    def keep(self, mail: Mail) -> None:
        """Take a message."""
        ...


class Dialogue:
    """One connection: who greeted, who logged in, what is being sent."""

    def __init__(self, server: Keeper, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._server, self._reader, self._writer = server, reader, writer
        self._greeted = self._known = False
        self._sender: str | None = None
        self._recipients: list[str] = []
        self._commands = {
            "EHLO": self._ehlo, "AUTH": self._auth, "MAIL": self._mail, "RCPT": self._rcpt, "DATA": self._data,
            "RSET": self._rset, "NOOP": self._noop, "QUIT": self._quit,
        }  # fmt: skip

    async def run(self) -> None:
        """Answer command after command until QUIT, or until nothing comes."""
        await self._say("220 correio da demonstração ESMTP".encode())
        while True:
            line = await self._line()
            if len(line) > COMMAND_LIMIT or not line.endswith(b"\r\n"):
                await self._say(b"500 5.5.2 a linha passa de 512 bytes ou nao termina em CRLF")
                return
            name, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            answer = self._commands.get(name.upper())
            said = await answer(rest) if answer else "502 5.5.1 comando desconhecido"
            self._server.refused += said[0] in "45"
            await self._say(said.encode())
            if said.startswith("221"):
                return

    async def _say(self, line: bytes) -> None:
        self._writer.write(line + b"\r\n")
        await self._writer.drain()

    async def _line(self) -> bytes:
        return await asyncio.wait_for(self._reader.readuntil(b"\n"), IDLE_SECONDS)

    async def _ehlo(self, name: str) -> str:
        self._greeted = bool(name)
        await self._rset("")
        if not name:
            return "501 5.5.4 diga quem fala"
        return f"250-correio\r\n250-SIZE {SIZE_LIMIT}\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n250 AUTH PLAIN"

    async def _auth(self, rest: str) -> str:
        kind, _, given = rest.partition(" ")
        if not self._greeted or self._known or kind.upper() != "PLAIN":
            return "503 5.5.1 agora nao, ou nao assim"
        if not given:
            await self._say(b"334 ")
            given = (await self._line()).decode("latin-1").strip()
        with contextlib.suppress(ValueError):
            self._known = self._server.knows(base64.b64decode(given, validate=True))
        return "235 2.7.0 pode enviar" if self._known else "535 5.7.8 usuario ou senha errados"

    async def _mail(self, rest: str) -> str:
        if not self._known:
            return "530 5.7.0 entre primeiro"
        if self._sender is not None:
            return "503 5.5.1 ja ha um remetente"
        found = _PATHS["FROM"].fullmatch(rest)
        if found is None:
            return "501 5.1.7 remetente invalido"
        if not all(map(_OPTION.fullmatch, found["options"].split())):
            return "555 5.5.4 parametro desconhecido"
        said = _SIZE.search(found["options"])
        if said and int(said[1]) > SIZE_LIMIT:
            return "552 5.3.4 grande demais"
        self._sender = found["address"]
        return "250 2.1.0 sim"

    async def _rcpt(self, rest: str) -> str:
        if self._sender is None:
            return "503 5.5.1 falta o remetente"
        found = _PATHS["TO"].fullmatch(rest)
        if found is None:
            return "501 5.1.3 destinatario invalido"
        if found["options"]:
            return "555 5.5.4 parametro desconhecido"
        if len(self._recipients) == RECIPIENTS:
            return "452 4.5.3 destinatarios demais"
        self._recipients.append(found["address"])
        return "250 2.1.5 sim"

    async def _data(self, _rest: str) -> str:
        if self._sender is None or not self._recipients:
            return "503 5.5.1 falta quem envia ou quem recebe"
        await self._say(b"354 termine com um ponto sozinho")
        content, fault = await self._content()
        message = BytesParser(EmailMessage, policy=default).parsebytes(content)
        fault = fault or _fault(message)
        if fault is None:
            self._server.keep(Mail(self._sender, tuple(self._recipients), message))
        await self._rset("")
        return fault or "250 2.0.0 guardada"

    async def _content(self) -> tuple[bytes, str | None]:
        """Read a message to its end; return it, and why it is refused if it is."""
        lines, size, fault = [], 0, None
        while (line := await self._line()) != b".\r\n":
            size += len(line)
            if len(line) > LINE_LIMIT or not line.endswith(b"\r\n") or b"\r" in line[:-2]:
                fault = fault or "550 5.6.0 uma linha passa de 998 bytes ou nao termina em CRLF"
            elif size > SIZE_LIMIT:
                fault = fault or "552 5.3.4 grande demais"
            else:
                lines.append(line.removeprefix(b"."))
        return b"".join(lines), fault

    async def _rset(self, _rest: str) -> str:
        self._sender, self._recipients = None, []
        return "250 2.0.0 esquecido"

    async def _noop(self, _rest: str) -> str:
        return "250 2.0.0 sim"

    async def _quit(self, _rest: str) -> str:
        return "221 2.0.0 ate logo"


def _fault(message: EmailMessage) -> str | None:
    """Return why a message is refused; None for one that is whole."""
    missing = [name for name in NEEDED if len(message.get_all(name, ())) != 1]
    if missing:
        return f"550 5.6.0 deve haver um de cada: {', '.join(missing)}"
    return "550 5.6.0 a mensagem tem defeitos" if message.defects else None
