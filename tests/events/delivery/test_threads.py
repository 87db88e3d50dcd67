"""What blocks holds up its owner and nobody else."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from events.delivery.threads import NoTurn, Threads

FOR_EVER = 600.0


@pytest.fixture
def released() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_an_owner_whose_calls_are_stuck_takes_only_its_share(released: threading.Event) -> None:
    async def try_all() -> None:
        threads = Threads("teste", most=3, share=2)
        stuck = [await threads.begin("ana", 0, released.wait) for _ in range(2)]
        with pytest.raises(NoTurn):
            await threads.begin("ana", 0, released.wait)
        assert await (await threads.begin("rui", 0, lambda: 7)) == 7
        later = asyncio.ensure_future(threads.begin("ana", FOR_EVER, lambda: 8))
        released.set()
        assert await asyncio.gather(*stuck) == [True, True]
        assert await (await later) == 8

    asyncio.run(try_all())


def test_there_are_no_more_at_once_than_so_many(released: threading.Event) -> None:
    async def try_all() -> None:
        threads = Threads("teste", most=2, share=2)
        stuck = [await threads.begin(owner, 0, released.wait) for owner in ("ana", "rui")]
        for owner in ("ana", "eva"):
            with pytest.raises(NoTurn):
                await threads.begin(owner, 0, released.wait)
        released.set()
        await asyncio.gather(*stuck)
        assert await (await threads.begin("ana", FOR_EVER, lambda: 1)) == 1

    asyncio.run(try_all())


def test_a_fault_is_raised_where_the_end_is_waited_for() -> None:
    async def fail() -> None:
        await (await Threads("teste", 1, 1).begin("ana", 0, lambda: 1 // 0))

    with pytest.raises(ZeroDivisionError):
        asyncio.run(fail())


def test_whoever_gives_up_does_not_free_a_thread_that_is_still_stuck(released: threading.Event) -> None:
    async def give_up() -> None:
        threads = Threads("teste", most=1, share=1)
        waiting = asyncio.ensure_future(asyncio.shield(await threads.begin("ana", 0, released.wait)))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
        with pytest.raises(NoTurn):
            await threads.begin("ana", 0, released.wait)

    asyncio.run(give_up())
