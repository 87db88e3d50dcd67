"""The dialogue with a server: smtplib's, with answers of a bounded length and credentials in UTF-8."""

import re
import smtplib
from base64 import b64encode
from dataclasses import dataclass

ANSWER_LIMIT = 64 * 1024
LINE_LIMIT = 8192
BROKEN = -1
_ENHANCED = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})\b")


@dataclass(frozen=True)
class Answer:
    """A status, its enhanced status where it says one ("5.1.1", RFC 3463), and the words."""

    code: int
    text: str

    @property
    def good(self) -> bool:
        """Whether it did what was asked."""
        return 200 <= self.code < 300

    @property
    def enhanced(self) -> str:
        """The enhanced status; empty where there is none, or one that speaks of another class than the code."""
        found = _ENHANCED.search(self.text)
        return found[0] if found and found[1] == str(self.code)[:1] else ""


class Wire(smtplib.SMTP):
    """A connection over a socket that somebody else made; `host` is who has to answer in TLS."""

    def __init__(self, host: str, own_name: str) -> None:
        super().__init__("", local_hostname=own_name)
        self._host = host

    def getreply(self) -> tuple[int, bytes]:
        """Return one answer; smtplib's own would read for as long as the other side writes."""
        if self.file is None:
            self.file = self.sock.makefile("rb")  # type: ignore[union-attr]
        lines, size = [], 0
        while True:
            line = self.file.readline(LINE_LIMIT)
            size += len(line)
            if not line:
                raise smtplib.SMTPServerDisconnected("closed")
            if not line.endswith(b"\n") or size > ANSWER_LIMIT or not line[:3].isdigit():
                return BROKEN, line[:LINE_LIMIT].strip()
            lines.append(line[4:].strip())
            if line[3:4] != b"-":
                return int(line[:3]), b"\n".join(lines)

    def ask(self, command: str, argument: str = "") -> Answer:
        """Send a command; return the answer."""
        self.putcmd(command, argument)
        return self.heard()

    def heard(self) -> Answer:
        """Return the next answer."""
        return answer_of(*self.getreply())

    def greeted(self) -> Answer:
        """Say who we are; a server too old for EHLO hears HELO."""
        answer = answer_of(*self.ehlo())
        if answer.code in (500, 502):
            answer = answer_of(*self.helo())
        return answer

    def log_in(self, user: str, password: str) -> Answer | None:
        """Say who is sending; None where the server offers no way of saying it that we know."""
        offered = self.esmtp_features.get("auth", "").upper().split()
        if "PLAIN" in offered:
            return self.ask("AUTH", "PLAIN " + _encoded(f"\0{user}\0{password}"))
        if "LOGIN" not in offered:
            return None
        answer = self.ask("AUTH", "LOGIN")
        for part in (user, password):
            if answer.code != 334:
                break
            answer = self.ask(_encoded(part))
        return answer

    def content(self, raw: bytes) -> None:
        """Send a message and the line that ends it."""
        ended = raw if raw.endswith(b"\r\n") else raw + b"\r\n"
        self.send(re.sub(rb"(?m)^\.", b"..", ended) + b".\r\n")

    def send(self, s: bytes | str) -> None:  # type: ignore[override]
        """Send bytes, or text in the encoding of the dialogue; what fails keeps its reason."""
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("closed")
        self.sock.sendall(s.encode(self.command_encoding) if isinstance(s, str) else s)


def answer_of(code: int, text: bytes) -> Answer:
    """Return an answer as text, whatever it is encoded in."""
    try:
        return Answer(code, text.decode())
    except UnicodeDecodeError:
        return Answer(code, text.decode("latin-1"))


def _encoded(text: str) -> str:
    return b64encode(text.encode()).decode()
