"""One connection to the server of an account. It is used by one thread at a time, for one message after the other."""

import contextlib
import os
import smtplib
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager

from connectors.base.causes import Cause, cause_of
from connectors.base.faults import Fault
from connectors.base.policy import Policy
from connectors.base.reading import one_line
from connectors.base.table import Row
from connectors.base.teller import Teller
from connectors.base.watch import Watch
from connectors.email import table
from connectors.email.envelope import Envelope
from connectors.email.table import Stage
from connectors.email.wire import Answer, Wire, answer_of
from core.readable import readable
from core.settings.email import ContaEmail

POLICY = Policy(overall=30.0, connect=5.0)
# Servers end a connection after some hundred messages, some of them with a refusal.
MOST_MESSAGES = 100
GOODBYE_SECONDS = 2.0
_LATER = (socket.EAI_AGAIN,)


class Stale(Exception):
    """The server had ended a connection that was kept open; nothing of the message had left."""


class Session:
    """Open while `alive`; it opens itself with the first message."""

    def __init__(self, conta: ContaEmail, teller: Teller, watch: Watch, policy: Policy = POLICY) -> None:
        self._conta, self._teller, self._watch, self._policy = conta, teller, watch, policy
        self._wire: Wire | None = None
        self._cutter: socket.socket | None = None
        self._stage = Stage.GREETING
        self._sent = 0
        self.last_used = time.monotonic()

    @property
    def alive(self) -> bool:
        """Whether another message may go out over it: the server has said nothing since, not even good-bye."""
        if self._wire is None or self._wire.sock is None or self._sent >= MOST_MESSAGES:
            return False
        return not readable(self._wire.sock)

    def send(self, envelope: Envelope, ends: float) -> str:
        """Hand a message over; return what the server said of it. Raise a fault, or `Stale`."""
        with self._exchange(ends):
            reused = self._wire is not None
            wire = self._opened()
            try:
                self._stage = Stage.SENDER
                if reused:
                    self._asked(wire.ask("RSET"))
                self._enveloped(wire, envelope)
            except (OSError, Fault) as error:
                # a refusal is one, whatever the connection; a good-bye is that of the last message
                if reused and self._stage is Stage.SENDER and _is_goodbye(error):
                    raise Stale from None
                raise
            return self._handed_over(wire, envelope)

    def check(self, ends: float) -> str:
        """Open the connection and log in, and nothing else; return how the server calls itself."""
        with self._exchange(ends):
            wire = self._opened()
            self._asked(wire.ask("NOOP"))
            return self._words((wire.ehlo_resp or b"").decode("latin-1").partition("\n")[0])

    def close(self) -> None:
        """End the connection, politely where that is quick."""
        if self._wire is not None and self._wire.sock is not None:
            with contextlib.suppress(OSError, ValueError):
                self._wire.sock.settimeout(GOODBYE_SECONDS)
                self._wire.ask("QUIT")
        self._drop()

    def _drop(self) -> None:
        wire, self._wire = self._wire, None
        cutter, self._cutter = self._cutter, None
        for one in (wire, cutter):
            if one is not None:
                with contextlib.suppress(OSError):
                    one.close()

    @contextmanager
    def _exchange(self, ends: float) -> Iterator[None]:
        """Watch over a dialogue: it ends in time, and whatever is raised is a fault of the account."""
        self._ends, self._late = ends, False
        try:
            with self._watch.until(ends, self._cut):
                yield
        except Stale:
            self._drop()
            raise
        except Fault:
            if self._wire is not None and self._wire.sock is None:
                self._drop()
            raise
        except (OSError, UnicodeError) as error:
            self._drop()
            raise self._network(error) from None
        except BaseException:
            self._drop()
            raise
        finally:
            self.last_used = time.monotonic()

    def _cut(self) -> None:
        self._late = True
        # the other thread may let go of it meanwhile
        cutter = self._cutter
        if cutter is not None:
            cutter.shutdown(socket.SHUT_RDWR)

    def _opened(self) -> Wire:
        if self._wire is not None:
            return self._wire
        self._sent, self._stage = 0, Stage.GREETING
        wire = Wire(self._conta.host, _own_name(self._conta))
        raw = self._dialled()
        self._cutter, self._wire = socket.socket(fileno=os.dup(raw.fileno())), wire
        raw.settimeout(max(self._ends - time.monotonic(), 0.01))
        wire.sock = raw
        if self._conta.security == "tls":
            wire.sock = self._context().wrap_socket(raw, server_hostname=self._conta.host)
        self._asked(wire.heard())
        self._asked(wire.greeted())
        if self._conta.security == "starttls":
            self._ciphered(wire)
        self._logged_in(wire)
        return wire

    def _dialled(self) -> socket.socket:
        """Connect to the first address that answers; all of them together have until the end."""
        failure: OSError = TimeoutError()
        for family, kind, protocol, _, place in socket.getaddrinfo(
            self._conta.host, self._conta.service, type=socket.SOCK_STREAM
        ):
            left = self._ends - time.monotonic()
            if left <= 0:
                break
            made = socket.socket(family, kind, protocol)
            try:
                made.settimeout(min(left, self._policy.connect))
                made.connect(place)
            except OSError as error:
                made.close()
                failure = error
            else:
                made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return made
        raise failure

    def _context(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self._conta.ca)
        except (OSError, ValueError) as error:
            if cause_of(error) is Cause.NO_MEANS:
                raise
            raise self._teller.of_row(table.NO_AUTHORITY) from None

    def _ciphered(self, wire: Wire) -> None:
        self._stage = Stage.CIPHER
        if not wire.has_extn("starttls"):
            raise self._fatal(table.NO_CIPHER)
        try:
            wire.starttls(context=self._context())
        except smtplib.SMTPResponseException as refused:
            # whatever is not its 220 leaves the dialogue without a cipher, also what sounds well
            said = (
                bytes(refused.smtp_error) if isinstance(refused.smtp_error, bytes) else str(refused.smtp_error).encode()
            )
            self._asked(answer_of(refused.smtp_code, said), strange=True)
        self._stage = Stage.GREETING
        self._asked(wire.greeted())

    def _logged_in(self, wire: Wire) -> None:
        conta = self._conta
        if conta.user is None or conta.password is None:
            return
        self._stage = Stage.LOGIN
        answer = wire.log_in(conta.user, conta.password.get_secret_value())
        if answer is None:
            raise self._fatal(table.NO_LOGIN)
        self._asked(answer)

    def _enveloped(self, wire: Wire, envelope: Envelope) -> None:
        options = ""
        size = wire.esmtp_features.get("size", "")
        if wire.has_extn("size"):
            options += f" SIZE={len(envelope.content)}"
        if size.isdigit() and 0 < int(size) < len(envelope.content):
            raise self._teller.of_row(table.LARGE, status=552, said=f"até {size} bytes")
        if envelope.utf8:
            if not wire.has_extn("smtputf8"):
                # with a sender that it does not take it takes no message to anybody
                raise self._teller.of_row(table.NO_UTF8 if envelope.sender.ascii else table.NO_UTF8_OF_OURS)
            wire.command_encoding = "utf-8"
            options += " SMTPUTF8"
        self._asked(wire.ask("MAIL", f"FROM:<{envelope.sender.address}>{options}"))
        self._stage = Stage.RECIPIENT
        self._asked(wire.ask("RCPT", f"TO:<{envelope.recipient.address}>"))

    def _handed_over(self, wire: Wire, envelope: Envelope) -> str:
        self._stage = Stage.DATA
        ready = wire.ask("DATA")
        if ready.code != 354:
            self._asked(ready, strange=True)
        wire.content(envelope.content)
        # from here on the server has all of it
        self._stage = Stage.END
        self._sent += 1
        answer = wire.heard()
        self._asked(answer)
        return f"{answer.code} {self._words(answer.text)}".strip()

    def _words(self, said: str) -> str:
        """Return what the server says, so that a database and a terminal take it: a good answer may hold anything."""
        return one_line(said, self._teller.secrets.hide)

    def _asked(self, answer: Answer, *, strange: bool = False) -> None:
        """Go on after a good answer; raise what another one means."""
        if answer.good and not strange:
            return
        row = table.row_of(self._stage, answer)
        # after a good-bye, nonsense, or trouble before the first message, nothing more goes over this connection
        if answer.code == 421 or not 400 <= answer.code < 600 or self._stage in table.OPENING:
            self._drop()
        raise self._teller.of_row(row, status=answer.code, said=answer.text)

    def _fatal(self, row: Row) -> Fault:
        self._drop()
        return self._teller.of_row(row)

    def _network(self, error: BaseException) -> Fault:
        """Return what a failure of the network means; only what came after the end of the message may be stored."""
        if isinstance(error, socket.gaierror) and error.errno not in _LATER:
            return self._teller.of_row(table.NO_SUCH_HOST)
        cause = Cause.TIMEOUT if self._late else cause_of(error) or Cause.CUT
        if cause is Cause.CUT and isinstance(error, ConnectionRefusedError):
            cause = Cause.NO_CONNECTION
        row = table.CAUSES.of_cause(cause)
        return self._teller.of_row(row, may_be_stored=self._stage is Stage.END)


def _is_goodbye(error: BaseException) -> bool:
    return not isinstance(error, Fault) or error.status == 421


def _own_name(conta: ContaEmail) -> str:
    """Return the name that we greet with: this machine's where it has a whole one, else the sender's domain."""
    name = socket.gethostname()
    whole = name.isascii() and "." in name and all(part.replace("-", "").isalnum() for part in name.split("."))
    return name if whole else conta.mailbox.domain
