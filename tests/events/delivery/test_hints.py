"""Where to look: nothing of it is forgotten before somebody looked, and too many stand for all."""

from collections.abc import Iterable
from math import inf
from types import SimpleNamespace

import pytest

from events.delivery import hints
from events.delivery.hints import MOST, SOON_SECONDS, Hints


class Timer:
    """The clock that the hints go by."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def timer(monkeypatch: pytest.MonkeyPatch) -> Timer:
    found = Timer()
    monkeypatch.setattr(hints, "time", SimpleNamespace(monotonic=found))
    return found


def given(found: Hints, *, full: bool = False, seen: Iterable[int] = ()) -> frozenset[int] | None:
    """Return where a turn looks that finds these."""
    where = found.give()
    found.looked_at(set(seen), full=full)
    return where


def test_without_a_hint_there_is_nowhere_to_look() -> None:
    found = Hints()
    assert (bool(found), given(found), found.alarm()) == (False, frozenset(), inf)


def test_what_was_looked_at_is_not_looked_at_again() -> None:
    found = Hints()
    found.add([1, 2])
    found.add([2, 3])
    assert bool(found)
    assert given(found) == {1, 2, 3}
    assert not found
    assert given(found) == frozenset()


def test_what_was_given_out_comes_again_until_somebody_looked() -> None:
    found = Hints()
    found.add([1])
    assert found.give() == {1}
    found.add([2])
    # the turn failed: nobody looked
    assert found.give() == {1, 2}
    found.looked_at({1, 2}, full=False)
    assert given(found) == frozenset()


def test_those_that_did_not_fit_are_looked_for_again() -> None:
    found = Hints()
    found.add([1, 2, 3])
    assert given(found, full=True, seen=[2]) == {1, 2, 3}
    assert bool(found)
    assert given(found) == {1, 3}


@pytest.mark.parametrize(("amount", "everywhere"), [(MOST, False), (MOST + 1, True)])
def test_too_many_stand_for_all(amount: int, everywhere: bool) -> None:
    found = Hints()
    found.add(range(amount))
    assert (given(found) is None) is everywhere


@pytest.mark.parametrize("full", [True, False])
def test_a_look_everywhere_goes_on_everywhere_where_not_all_could_be_taken(full: bool) -> None:
    found = Hints()
    found.everything = True
    assert bool(found)
    assert given(found, full=full, seen=[1]) is None
    assert bool(found) is full
    assert given(found) == (None if full else frozenset())


def test_a_look_everywhere_that_failed_is_made_again() -> None:
    found = Hints()
    found.everything = True
    assert found.give() is None
    found.add([1])
    assert found.give() is None


def test_one_is_looked_at_when_its_moment_has_come(timer: Timer) -> None:
    found = Hints()
    found.add_later(2, 1.5)
    found.add_later(1, 0.5)
    assert (bool(found), found.alarm()) == (False, 0.5)
    timer.now += 0.4
    assert (bool(found), round(found.alarm(), 6)) == (False, 0.1)
    timer.now += 0.2
    assert found.alarm() == 0.0
    assert given(found) == {1}
    assert round(found.alarm(), 6) == 0.9
    timer.now += 5
    assert bool(found)
    assert given(found) == {2}
    assert found.alarm() == inf


@pytest.mark.parametrize(
    ("seconds", "noted"), [(0.0, True), (SOON_SECONDS, True), (SOON_SECONDS + 0.1, False), (3600.0, False)]
)
def test_what_is_due_later_is_left_to_the_sweep(timer: Timer, seconds: float, noted: bool) -> None:
    found = Hints()
    found.add_later(1, seconds)
    timer.now += 2 * 3600
    assert bool(found) is noted
