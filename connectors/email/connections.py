"""The connections of an account in this process: kept open for the next message, closed when nothing comes."""

import threading
import time

from connectors.base.policy import Policy
from connectors.base.teller import Teller
from connectors.base.watch import Watch
from connectors.email.envelope import Envelope
from connectors.email.session import POLICY, Session, Stale
from core.secrets import Secrets
from core.settings.email import ContaEmail

IDLE_SECONDS = 20.0


class Connections:
    """`with Connections("padrao", conta) as connections: connections.send(envelope)`; from any thread.

    As many connections are open as messages are sent at once; whoever calls decides how many that are.
    """

    def __init__(self, nome: str, conta: ContaEmail, policy: Policy = POLICY) -> None:
        password = conta.password.get_secret_value() if conta.password else ""
        self._conta, self._policy = conta, policy
        self._teller = Teller(f"E-mail {nome}", secrets=Secrets(password))
        self._watch = Watch()
        self._idle: list[Session] = []
        self._lock = threading.Lock()

    def __enter__(self) -> "Connections":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, envelope: Envelope, seconds: float | None = None) -> str:
        """Hand a message over in so many seconds; return what the server said of it, else raise a fault."""
        ends = time.monotonic() + (seconds or self._policy.overall)
        session = self._taken()
        try:
            try:
                return session.send(envelope, ends)
            except Stale:
                session = self._new()
                return session.send(envelope, ends)
        finally:
            self._given_back(session)

    def check(self, seconds: float | None = None) -> str:
        """Connect and log in, over a connection of its own; return how the server calls itself."""
        session = self._new()
        try:
            return session.check(time.monotonic() + (seconds or self._policy.overall))
        finally:
            session.close()

    def close_idle(self) -> None:
        """Close the connections over which nothing went for a while."""
        long_ago = time.monotonic() - IDLE_SECONDS
        with self._lock:
            old = [one for one in self._idle if one.last_used <= long_ago]
            self._idle = [one for one in self._idle if one.last_used > long_ago]
        for session in old:
            session.close()

    def close(self) -> None:
        """Close all of them."""
        with self._lock:
            idle, self._idle = self._idle, []
        for session in idle:
            session.close()
        self._watch.close()

    def _new(self) -> Session:
        return Session(self._conta, self._teller, self._watch, self._policy)

    def _taken(self) -> Session:
        """Return the connection that was used last, if it is still there."""
        while True:
            with self._lock:
                session = self._idle.pop() if self._idle else None
            if session is None:
                return self._new()
            if session.alive:
                return session
            session.close()

    def _given_back(self, session: Session) -> None:
        if session.alive:
            with self._lock:
                self._idle.append(session)
        else:
            session.close()
