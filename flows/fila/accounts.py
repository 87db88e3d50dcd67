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

_open: dict[tuple[int, str], "Fila"] = {}
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
    """Return an account's queue, as this process opened it."""
    conta = settings_of(nome)
    with _lock:
        found = _open.get((os.getpid(), nome))
        if found is not None:
            if found.conta == conta:
                return found
            found.engine.dispose()
        engine = open_engine(conta, nome)
        event.listen(engine, "do_connect", lambda *_: refused.check(nome, conta))
        try:
            with _noting(conta), explained(nome), engine.begin() as connection:
                layout = look(connection, conta, nome)
        except BaseException:
            engine.dispose()
            raise
        _open[os.getpid(), nome] = fila = Fila(nome, conta, engine, layout)
        return fila


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
        for key in [key for key in _open if key[0] == os.getpid()]:
            _open.pop(key).engine.dispose()
