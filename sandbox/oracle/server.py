"""An Oracle Net listener on loopback at the level of 19c, for the real python-oracledb thin driver.

Speaks: connect, protocol negotiation, data types, O5LOGON, execute, re-execute and fetch with binds, RETURNING INTO,
array DML with counts and errors, commit, rollback, ping, logoff, break. Types: NUMBER, VARCHAR2, CHAR, DATE, TIMESTAMP
(with a zone too), CLOB as text, RAW. Not spoken: PL/SQL beyond NULL and SLEEP, triggers, LOB locators, AQ, CQN, DRCP,
TLS, MERGE.
"""

import contextlib
import socket
import threading
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from sandbox.oracle.database import Database
from sandbox.oracle.faults import Faults
from sandbox.oracle.session import Session

LOOPBACK, BACKLOG, KEPT = "127.0.0.1", 200, 10_000
LOCK_SECONDS = 10.0


class OracleServer:
    """A server with users and services; `with OracleServer({"hsm": "..."}, ["XEPDB1"]) as server: server.dsn`.

    `refuse` is an ORA number with which the listener refuses every new connection, or "drop"; `grace` the days after
    which passwords end, which those who log on are told. `log` holds the last statements: session, kind, text, binds.
    """

    def __init__(
        self,
        users: Mapping[str, str],
        services: tuple[str, ...] = ("XEPDB1",),
        port: int = 0,
        path: Path | None = None,
        lock_wait: float = LOCK_SECONDS,
    ) -> None:
        self.users, self.services, self.lock_wait = dict(users), services, lock_wait
        self.database, self.faults = Database(path), Faults()
        self.refuse: int | str | None = None
        self.grace: int | None = None
        self.log: deque[tuple[int, str, str, object]] = deque(maxlen=KEPT)
        self.connect_strings: deque[str] = deque(maxlen=KEPT)
        self.sessions: set[Session] = set()
        self._listener = socket.create_server((LOOPBACK, port), backlog=BACKLOG)
        self._thread = threading.Thread(target=self._accept, name="oracle-listener", daemon=True)
        self._count = 100

    @property
    def port(self) -> int:
        """Its port."""
        return int(self._listener.getsockname()[1])

    @property
    def dsn(self) -> str:
        """Where it listens, for the driver: host, port, first service."""
        return f"{LOOPBACK}:{self.port}/{self.services[0]}"

    def start(self) -> Self:
        """Serve."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Close every connection and accept no more."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        if self._thread.is_alive():
            self._thread.join()
        sessions = list(self.sessions)
        self.kill_sessions()
        for session in sessions:
            session.join()

    def kill_sessions(self) -> None:
        """Close every connection without a word, as a network that fails."""
        for session in list(self.sessions):
            session.packets.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._count += 1
            session = Session(self, connection, self._count)
            self.sessions.add(session)
            session.start()
