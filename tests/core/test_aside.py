"""A thread beside the loop: one thing after the other, each end told on the loop."""

import asyncio
import threading
from collections.abc import Awaitable, Callable

import pytest

from core.aside import Aside


def beside(use: Callable[[Aside], Awaitable[object]]) -> None:
    """Run something on a loop, with a thread beside it that ends with it."""

    async def whole() -> None:
        aside = Aside("banco", asyncio.get_running_loop())
        try:
            await use(aside)
        finally:
            aside.close()

    asyncio.run(whole())


def test_things_are_done_in_turn_on_one_thread_and_told_on_the_loop() -> None:
    done: list[tuple[int, str]] = []
    told: list[tuple[object, object, str]] = []

    def note(result: object, fault: BaseException | None) -> None:
        told.append((result, fault, threading.current_thread().name))

    def do(number: int) -> int:
        done.append((number, threading.current_thread().name))
        return number * 2

    async def use(aside: Aside) -> None:
        for number in range(3):
            aside.call(note, do, number)
        assert await aside.wait_for(do, 3) == 6

    beside(use)
    assert done == [(number, "banco_0") for number in range(4)]
    assert told == [(number * 2, None, threading.current_thread().name) for number in range(3)]


def test_a_fault_is_told_and_ends_nothing() -> None:
    async def use(aside: Aside) -> None:
        with pytest.raises(ValueError, match="invalid literal"):
            await aside.wait_for(int, "x")
        assert await aside.wait_for(int, "1") == 1

    beside(use)


def test_what_was_asked_before_the_end_is_done() -> None:
    async def use(aside: Aside) -> None:
        waited = aside.wait_for(int, "1")
        aside.close()
        assert await waited == 1

    beside(use)


def test_an_end_that_nobody_waits_for_any_more_is_let_go_of() -> None:
    async def use(aside: Aside) -> None:
        free = threading.Event()
        waited = aside.wait_for(free.wait)
        waited.cancel()
        free.set()
        assert await aside.wait_for(int, "1") == 1

    beside(use)
