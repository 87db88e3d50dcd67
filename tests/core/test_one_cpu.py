"""Threads that take turns share a CPU while it is calm, and are free again whenever it is not."""

import os
import threading
from collections.abc import Iterator

import pytest

from core import one_cpu
from core.one_cpu import LOOKS, OneCpu

pytestmark = pytest.mark.skipif(
    not one_cpu.KNOWN or len(os.sched_getaffinity(0)) < 2, reason="one CPU, or a system that knows no place of threads"
)


@pytest.fixture
def other() -> Iterator[threading.Thread]:
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    yield thread
    end.set()
    thread.join()


def places(other: threading.Thread) -> tuple[set[int], set[int]]:
    assert other.native_id
    return os.sched_getaffinity(threading.get_native_id()), os.sched_getaffinity(other.native_id)


def test_they_are_together_while_it_is_calm(other: threading.Thread) -> None:
    free, place = os.sched_getaffinity(0), OneCpu()
    place.look([other], calm=False)
    assert places(other) == (free, free)
    place.look([other], calm=True)
    mine, its = places(other)
    assert (len(mine), its) == (1, mine)
    place.look([other], calm=False)
    assert places(other) == (free, free)


def test_the_system_chooses_now_and_then_and_a_thread_that_began_meanwhile_is_free_with_them(
    other: threading.Thread,
) -> None:
    free, place, seen = os.sched_getaffinity(0), OneCpu(), list[int]()
    place.look([other], calm=True)
    end = threading.Event()
    late = threading.Thread(target=end.wait)
    late.start()
    for _ in range(2 * LOOKS):
        place.look([other], calm=True)
        seen.append(len(places(other)[0]))
    assert seen.count(len(free)) == 2
    place.leave()
    assert places(other) == (free, free)
    assert places(late)[1] == free
    end.set()
    late.join()


def test_one_that_has_ended_is_passed_over(other: threading.Thread) -> None:
    ended = threading.Thread(target=int)
    ended.start()
    ended.join()
    place = OneCpu()
    place.look([ended, other], calm=True)
    assert len(places(other)[1]) == 1
    place.leave()
    assert len(places(other)[1]) > 1
