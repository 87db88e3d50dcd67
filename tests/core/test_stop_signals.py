"""Whoever asks a process to end is heard, on a loop and without one."""

import asyncio
import signal
import sys
import threading
from collections.abc import Iterator

import pytest

from core import stop_signals

posix = pytest.mark.skipif(sys.platform == "win32", reason="another process is asked there, not this one")
pytestmark = pytest.mark.skipif(
    threading.current_thread() is not threading.main_thread(), reason="only the main thread hears of signals"
)


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Let the process that runs the tests hear of signals as before."""
    kept = {number: signal.getsignal(number) for number in stop_signals.SUPERVISOR}
    for number in kept:
        # what nobody hears of must not end it
        signal.signal(number, signal.SIG_IGN)
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@posix
@pytest.mark.parametrize("number", stop_signals.STOP)
def test_a_loop_that_runs_is_told(number: signal.Signals) -> None:
    async def asked() -> None:
        heard = asyncio.Event()
        stop_signals.on_loop(heard.set)
        signal.raise_signal(number)
        await asyncio.wait_for(heard.wait(), 30)

    asyncio.run(asked())


@posix
@pytest.mark.parametrize("number", stop_signals.STOP)
def test_without_a_loop_it_is_told_between_two_steps(number: signal.Signals) -> None:
    heard: list[str] = []
    stop_signals.at_once(lambda: heard.append("x"))
    signal.raise_signal(number)
    signal.raise_signal(number)
    assert heard == ["x", "x"]


@posix
def test_a_terminal_that_goes_away_ends_the_line_that_was_started_in_it_and_no_worker() -> None:
    assert set(stop_signals.SUPERVISOR) - set(stop_signals.STOP) == {signal.SIGHUP}
    assert {signal.SIGINT, signal.SIGTERM} == set(stop_signals.STOP)


@posix
def test_where_sigterm_is_sent_nothing_stands_for_it() -> None:
    before = {number: signal.getsignal(number) for number in stop_signals.SUPERVISOR}
    stop_signals.break_is_term()
    assert {number: signal.getsignal(number) for number in before} == before
