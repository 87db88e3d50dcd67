"""What a worker does when it is asked to stop."""

import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from billiard import pool
from conftest import Configure
from kombu.asynchronous import Hub, get_event_loop, set_event_loop

from core import stopping
from flows.fila import accounts
from storage import session
from workers import hooks

LONG_SECONDS, TURNS_BY_ITSELF = 60.0, 10.0


@pytest.fixture
def hub() -> Iterator[Hub]:
    """An event loop as a worker has one, with nothing to do for a long time."""
    before, made = get_event_loop(), Hub()
    set_event_loop(made)
    # Without a descriptor it would sleep by the clock instead of polling.
    reader, writer = socket.socketpair()
    made.add_reader(reader, lambda: None)
    made.call_later(LONG_SECONDS, lambda: None)
    with reader, writer:
        yield made
    set_event_loop(before)
    made.close()
    stopping.reset()


def test_a_worker_that_waits_for_messages_sees_at_once_that_it_is_to_stop(hub: Hub) -> None:
    before = signal.signal(signal.SIGALRM, lambda *_: hooks.stop())
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        began = time.monotonic()
        turns = hub.create_loop()
        while not stopping.stopping():
            next(turns)
        assert time.monotonic() - began < TURNS_BY_ITSELF / 2
    finally:
        signal.signal(signal.SIGALRM, before)


def test_what_is_done_once_before_the_fork_opens_nothing_that_goes_through_it(
    sqlite: str, configure: Configure, tmp_path: Path
) -> None:
    erp = tmp_path / "erp.db"
    configure(fila__url=f"sqlite:///{erp}")
    # a test before may have left its own open
    accounts.close()
    hooks._start([])
    assert (accounts._open, session._engine, erp.exists()) == ({}, None, False)


def test_a_pool_process_ends_though_its_parent_counts_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(pool, "GUARANTEE_MESSAGE_CONSUMPTION_RETRY_LIMIT", 300)
    monkeypatch.setattr(pool, "time", SimpleNamespace(sleep=slept.append))
    hooks.end_without_count()
    uncounted = SimpleNamespace(on_ready_counter=SimpleNamespace(value=2))
    assert not pool.Worker._ensure_messages_consumed(uncounted, completed=3)
    assert 0 < sum(slept) <= 1.01
