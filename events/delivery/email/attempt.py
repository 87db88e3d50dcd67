"""One attempt: the notice is laid out for its reader and handed to the server of its account."""

import threading
import time
from dataclasses import dataclass
from datetime import datetime

from connectors.base.faults import Blocked, Fault
from connectors.email import Connections, Envelope, PolicyRefused
from core.clock import SYSTEM, Clock
from core.email_address import checked_mailbox
from core.errors import PlatformError, UsageError
from core.logs import get_logger
from core.settings.core import CoreSettings
from core.settings.email import ContaEmail
from events.delivery.email import account, folding, outcomes
from events.delivery.email.account import Leave
from events.delivery.kind import Message
from events.delivery.outcome import DELIVERED, NO_TURN, Outcome
from events.email.aviso import aviso_of
from events.email.message import Heading, compose, identity_of
from events.email.rendering import Leitor, render_event
from events.email.unsubscribe import Link, url_of
from storage.models.destinos import Destino
from storage.models.usuarios import Usuario
from storage.session import reading

# A server that refuses by its own rules perhaps means one address or one text; so many in a row, and it means us.
MOST_REFUSED = 3
# A message is not begun when less than this is left of its time.
LEAST_SECONDS = 5.0
log = get_logger(__name__)


@dataclass(frozen=True)
class Tried:
    """The result of an attempt, with the status and the words of the server."""

    outcome: Outcome
    status: int = 0
    said: str | None = None


class Account:
    """An account in this process: its open connections, and what its server said of late. For any thread."""

    def __init__(self, nome: str, conta: ContaEmail, clock: Clock = SYSTEM) -> None:
        self.nome, self.conta, self.clock = nome, conta, clock
        self.connections = Connections(nome, conta)
        self._lock = threading.Lock()
        self._proven = False
        self._refused: set[str] = set()

    def attempt(self, destino: Destino, message: Message, ends: float) -> Tried:
        """Make one attempt that is over at a moment of `time.monotonic`."""
        if folding.folded(destino, message, self.clock):
            return Tried(outcomes.FOLDED)
        leave = account.leave(self.nome, self.conta, self.clock)
        if leave is Leave.REFUSED:
            return Tried(outcomes.STOPPED)
        try:
            envelope = self._envelope(destino, message)
        except UsageError as mistake:
            return Tried(outcomes.no_address(mistake))
        # a database that kept it waiting took of its time
        left = ends - time.monotonic()
        if left < min(LEAST_SECONDS, destino.timeout / 2):
            return Tried(NO_TURN)
        try:
            said = self.connections.send(envelope, left)
        except Fault as fault:
            return self._failed(fault, envelope.recipient.address)
        with self._lock:
            self._proven = True
            self._refused.clear()
        if leave is Leave.TRIAL:
            self._resume()
        return Tried(DELIVERED, int(said[:3]), said)

    def _resume(self) -> None:
        """Let the account go on; if the database cannot write it now, the next trial does. The mail is gone already."""
        try:
            account.resume(self.nome, self.clock)
        except PlatformError as fault:
            log.warning("mail account not resumed", conta=self.nome, reason=str(fault))

    def _envelope(self, destino: Destino, message: Message) -> Envelope:
        recipient, now = checked_mailbox(destino.url), self.clock.now()
        dados = folding.dados_of(destino, message, self.clock)
        link = url_of(Link(destino.id, aviso_of(message.evento).grupo, destino.url))
        identity = identity_of(message.message_id, destino.id, recipient.address)
        heading = Heading(self.conta.mailbox, recipient, identity, _local(now), link)
        written = render_event(message.evento, dados, Leitor(_name(destino), link), heading.cid_of)
        return Envelope(heading.sender, recipient, compose(written, heading))

    def _failed(self, fault: Fault, address: str) -> Tried:
        outcome = outcomes.of_fault(fault)
        if isinstance(fault, Blocked) and self._concerns_all(fault, address):
            trials = fault.status is None or isinstance(fault, PolicyRefused)
            account.stop(self.nome, self.conta, outcome.text, self.clock, trials=trials)
            outcome = outcomes.stopped_by(outcome)
        return Tried(outcome, fault.status or 0, fault.said)

    def _concerns_all(self, fault: Blocked, address: str) -> bool:
        """Tell whether a refusal is meant for the account, not for one address or one text.

        What a stranger wrote stands in the messages, and a user chose the address: neither may stop everybody's mail.
        """
        if not isinstance(fault, PolicyRefused):
            return True
        with self._lock:
            self._refused.add(address)
            return not self._proven or len(self._refused) >= MOST_REFUSED


def _local(now: datetime) -> datetime:
    return now.astimezone(CoreSettings.current().zone)


def _name(destino: Destino) -> str:
    """Return how its owner is greeted."""
    if destino.usuario_id is None:
        return ""
    with reading() as db:
        owner = db.get(Usuario, destino.usuario_id)
        return (owner.first_name or owner.username) if owner else ""
