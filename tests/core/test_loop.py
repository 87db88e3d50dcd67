import asyncio
import inspect
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from types import FrameType
from typing import Any

import pytest
from support.ports import wait_until
from support.threads import main_thread_in

from core import loop

PATIENCE = 0.05


async def double(number: int, seconds: float = 0.0) -> int:
    await asyncio.sleep(seconds)
    return number * 2


async def fail() -> None:
    raise ValueError("não")


async def noted(ended: list[str], began: threading.Event, goes_on: asyncio.Event) -> None:
    try:
        began.set()
        await goes_on.wait()
        ended.append("fim")
    except asyncio.CancelledError:
        ended.append("cancelado")
        raise


def test_it_returns_the_result_and_raises_the_fault() -> None:
    assert loop.run(double(2)) == 4
    with pytest.raises(ValueError, match="não"):
        loop.run(fail())


def test_calls_share_one_loop_until_it_is_closed() -> None:
    async def which() -> Any:
        return asyncio.get_running_loop()

    first = loop.run(which())
    assert loop.run(which()) is first
    loop.close()
    assert loop.run(which()) is not first


def test_what_is_begun_goes_on_behind_its_caller() -> None:
    ended: list[str] = []
    began, goes_on = threading.Event(), asyncio.Event()

    async def let_it() -> None:
        goes_on.set()

    loop.begin(noted(ended, began, goes_on))
    assert began.wait(60)
    assert ended == []
    loop.run(let_it())
    loop.finish(60)
    assert ended == ["fim"]


def test_a_fault_behind_the_caller_is_logged(capsys: pytest.CaptureFixture[str]) -> None:
    async def late() -> None:
        raise ValueError("tarde")

    loop.begin(late())
    loop.finish(60)
    wait_until(lambda: not loop._current().behind)
    said = capsys.readouterr()
    assert "tarde" in said.out + said.err


@pytest.fixture
def full() -> Iterator[list[str]]:
    ended: list[str] = []
    began = [threading.Event() for _ in range(2)]
    for one in began:
        loop.begin(noted(ended, one, asyncio.Event()))
    assert all(one.wait(60) for one in began)
    yield ended
    loop.close()


def test_closing_cancels_what_goes_on(full: list[str]) -> None:
    loop.close()
    assert full == ["cancelado", "cancelado"]


def test_finishing_waits_no_longer_than_asked(full: list[str]) -> None:
    began = time.monotonic()
    loop.finish(0.1)
    assert time.monotonic() - began < 5
    assert full == []


def test_an_interrupted_caller_cancels_its_work_and_waits_for_its_clearing_up() -> None:
    cleared: list[str] = []

    async def work() -> None:
        try:
            for _ in range(1000):
                if main_thread_in("wait", "concurrent"):
                    break
                await asyncio.sleep(0.01)
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.sleep(30)
        finally:
            # More than one step: whoever does not wait for it leaves before.
            for _ in range(100):
                await asyncio.sleep(0.001)
            cleared.append("ok")

    # The handler of SIGINT raises in the main thread, as Ctrl-C and Celery's soft time limit do.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            loop.run(work())
    finally:
        signal.signal(signal.SIGINT, before)
    assert cleared == ["ok"]


@pytest.mark.parametrize(("event", "heard"), [("call", False), ("return", True)])
def test_an_interrupt_around_the_submission_leaves_no_work_behind(event: str, heard: bool) -> None:
    loop.run(double(1))
    ended: list[str] = []
    began = threading.Event()
    work = noted(ended, began, asyncio.Event())

    def interrupt(frame: FrameType, what: str, _: object) -> None:
        if what == event and frame.f_code is loop._Thread.submit.__code__:
            sys.setprofile(None)
            raise KeyboardInterrupt

    sys.setprofile(interrupt)
    try:
        with pytest.raises(KeyboardInterrupt):
            loop.run(work)
    finally:
        sys.setprofile(None)
    assert inspect.getcoroutinestate(work) == inspect.CORO_CLOSED
    assert ended == (["cancelado"] if began.is_set() else [])
    assert heard or not began.is_set()


@pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")
def test_a_forked_child_has_a_loop_of_its_own() -> None:
    assert loop.run(double(1)) == 2
    child = os.fork()
    if child == 0:
        os._exit(loop.run(double(21)))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 42
