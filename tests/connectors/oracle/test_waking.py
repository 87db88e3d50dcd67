"""New rows are heard of at once where the database tells, and a wait is only a wait elsewhere."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, text
from support.ports import soon

from connectors.oracle.ddl import channel
from connectors.oracle.engine import open_engine
from connectors.oracle.waking import Clockwork, Listener, waker_of
from core.settings.fila import ContaFila

ON_POSTGRESQL = pytest.mark.parametrize("conta", ["postgres"], indirect=True)
LONG = 600.0


@pytest.mark.parametrize("seconds", [0.0, -5.0, 0.01])
def test_a_clock_announces_nothing(seconds: float) -> None:
    assert Clockwork().wait(seconds) is False


class Heard:
    """A connection that hears what it is given, or fails; it keeps how long it was asked to wait."""

    def __init__(self, *said: Any) -> None:
        self.said, self.asked = list(said), list[float]()

    def notifies(self, *, timeout: float, stop_after: int) -> Iterator[Any]:
        self.asked.append(timeout)
        found = self.said.pop(0)
        if isinstance(found, Exception):
            raise found
        yield from found[:stop_after]


def test_one_word_ends_a_wait_and_silence_does_at_its_end() -> None:
    heard = Heard(["um", "dois"], [])
    listener = Listener(heard)
    assert [listener.wait(5.0), listener.wait(-1.0)] == [True, False]
    assert heard.asked == [5.0, 0.0]


def test_a_connection_that_fails_is_told_once_and_never_asked_again() -> None:
    """The look that follows finds out what is the matter; whoever waits goes on by the clock."""
    heard = Heard(psycopg.OperationalError("terminating connection"))
    listener = Listener(heard)
    assert [listener.wait(5.0), listener.wait(0.0), listener.wait(0.0)] == [True, False, False]
    assert heard.asked == [5.0]


@ON_POSTGRESQL
def test_a_word_on_the_channel_of_the_table_is_heard(banco_da_fila: Engine, conta: ContaFila) -> None:
    with waker_of(banco_da_fila, conta) as waker, soon():
        assert waker.wait(0.0) is False
        for _ in range(2):
            with banco_da_fila.begin() as connection:
                connection.execute(text("SELECT pg_notify('outro', '')"))
                connection.execute(text(f"SELECT pg_notify('{channel(conta.table)}', '')"))
            assert waker.wait(LONG) is True
        assert waker.wait(0.0) is False


@ON_POSTGRESQL
def test_who_listened_leaves_no_connection_that_goes_on_listening(banco_da_fila: Engine, conta: ContaFila) -> None:
    with waker_of(banco_da_fila, conta):
        pass
    with banco_da_fila.begin() as connection:
        assert connection.execute(text("SELECT pg_listening_channels()")).all() == []


@pytest.mark.parametrize("conta", ["sqlite", "oracle"], indirect=True)
def test_a_database_that_cannot_tell_is_waited_for_by_the_clock(banco_da_fila: Engine, conta: ContaFila) -> None:
    with waker_of(banco_da_fila, conta) as waker:
        assert isinstance(waker, Clockwork)


def test_a_database_that_is_away_is_waited_for_by_the_clock() -> None:
    away = ContaFila(url="postgresql://ninguem@127.0.0.1:1/erp", call_timeout=1.0)
    engine = open_engine(away, "padrao")
    with soon(), waker_of(engine, away) as waker:
        assert isinstance(waker, Clockwork)
    engine.dispose()
