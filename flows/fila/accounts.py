"""The queue tables of this process: opened when first used after the fork, looked at once, closed at its end."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine, event

from claims import holder
from connectors.oracle.engine import open_engine
from connectors.oracle.faults import LoginRefused, explained
from connectors.oracle.layout import Layout, look
from connectors.oracle.orders import Number
from connectors.oracle.table import QueueTable
from core.clock import SYSTEM
from core.settings.fila import ContaFila, FilaSettings
from flows.fila import refused

Key = tuple[int, str]
_open: dict[Key, "Fila"] = {}
_turns: dict[Key, threading.Lock] = {}
# Of the two above; nobody waits for a database with it.
_lock = threading.Lock()


@dataclass
class Frontier:
    """Where this process looks in a table without states: all rows from `begin` on (none: all there are), and the page
    after `back`."""

    begin: Number | None = None
    back: Number | None = None


@dataclass(frozen=True)
class Fila:
    """One account: its settings, its database, its table as it was found."""

    nome: str
    conta: ContaFila
    engine: Engine
    layout: Layout
    frontier: Frontier = field(default_factory=Frontier)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Open a transaction in the queue's own database; its faults are ours."""
        with _noting(self.conta), explained(self.nome), self.engine.begin() as connection:
            yield connection

    @property
    def table(self) -> QueueTable:
        """The table as a home of claims."""
        conta = self.conta
        return QueueTable(
            self.layout,
            lease=conta.lease_seconds,
            most=conta.max_attempts,
            ordered=conta.ordered,
            is_dead=holder.is_dead,
        )


def settings_of(nome: str) -> ContaFila:
    """Return an account of the settings."""
    return FilaSettings.current().conta(nome)


def retried(nome: str) -> Fila:
    """Return an account's queue; a login that was refused is tried once more, because a person asks for it."""
    conta = settings_of(nome)
    refused.forget(conta)
    return opened(nome)


def opened(nome: str) -> Fila:
    """Return an account's queue, as this process opened it; one that does not answer keeps nobody else waiting."""
    conta, key = settings_of(nome), (os.getpid(), nome)
    with _turn(key):
        found = _open.get(key)
        if found is not None:
            if found.conta == conta:
                return found
            found.engine.dispose()
        fila = _looked_at(nome, conta)
        with _lock:
            _open[key] = fila
        return fila


def _turn(key: Key) -> threading.Lock:
    """Return what is held while an account is opened."""
    with _lock:
        return _turns.setdefault(key, threading.Lock())


def _looked_at(nome: str, conta: ContaFila) -> Fila:
    """Open an account, and look at its table."""
    engine = open_engine(conta, nome)
    event.listen(engine, "do_connect", lambda *_: refused.check(nome, conta))
    try:
        with _noting(conta), explained(nome), engine.begin() as connection:
            return Fila(nome, conta, engine, look(connection, conta, nome))
    except BaseException:
        engine.dispose()
        raise


@contextmanager
def _noting(conta: ContaFila) -> Iterator[None]:
    """Note a refused login, so that it is not tried again automatically."""
    try:
        yield
    except LoginRefused:
        refused.note(conta, SYSTEM)
        raise


def close() -> None:
    """Close every queue of this process."""
    with _lock:
        mine = [_open.pop(key) for key in list(_open) if key[0] == os.getpid()]
    for fila in mine:
        fila.engine.dispose()
