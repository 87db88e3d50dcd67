"""How fast one sender may be now, by a clock that never goes back."""

from types import SimpleNamespace

import pytest

from flows.questor import speed
from flows.questor.account import Standing
from flows.questor.pace import Pace
from flows.questor.speed import ACCEPTED_SECONDS, Speed


class Ticking:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Ticking:
    ticking = Ticking()
    monkeypatch.setattr(speed, "time", SimpleNamespace(monotonic=ticking.monotonic))
    return ticking


def standing(allowed: int, senders: int = 1) -> Standing:
    return Standing(allowed, Pace(), senders, just_opened=False, itens=1)


def made(clock: Ticking, allowed: int = 2, senders: int = 1, rate: float | None = None) -> Speed:
    found = Speed(began=clock.now)
    found.stand(standing(allowed, senders), rate)
    return found


def test_nothing_begins_before_the_account_allows_it(clock: Ticking) -> None:
    assert not Speed(began=clock.now).free


def test_as_many_are_in_flight_as_are_allowed(clock: Ticking) -> None:
    sender = made(clock, allowed=2)
    begun = []
    for _ in range(3):
        begun.append(sender.free)
        sender.begin()
    assert begun == [True, True, False]
    sender.in_flight = 1
    assert sender.free
    sender.stand(standing(1), None)
    assert not sender.free


def test_a_rate_is_shared_among_the_senders_and_spaces_their_requests(clock: Ticking) -> None:
    sender = made(clock, allowed=64, senders=2, rate=10.0)
    sender.begin()
    assert (sender.free, sender.wait()) == (False, pytest.approx(0.2))
    clock.now += 0.21
    assert (sender.free, sender.wait()) == (True, 0.0)
    sender.begin()
    sender.stand(standing(64), None)
    assert sender.free


def test_the_longer_pause_holds_and_one_of_no_time_is_none(clock: Ticking) -> None:
    sender = made(clock)
    for seconds in (0.0, -5.0):
        sender.pause(seconds)
        assert sender.free
    sender.pause(10.0)
    sender.pause(3.0)
    assert (sender.free, sender.wait()) == (False, pytest.approx(10.0))
    clock.now += 10.0
    assert sender.free


def test_the_longer_of_a_pause_and_of_the_spacing_decides(clock: Ticking) -> None:
    sender = made(clock, allowed=64, rate=0.5)
    sender.begin()
    sender.pause(1.0)
    assert sender.wait() == pytest.approx(2.0)
    sender.pause(3.0)
    assert sender.wait() == pytest.approx(3.0)


def accept(sender: Speed, clock: Ticking, amount: int, every: float) -> None:
    for _ in range(amount):
        clock.now += every
        sender.answered()


@pytest.mark.parametrize("senders", [1, 3])
def test_what_all_senders_have_accepted_is_reckoned_from_what_this_one_has(clock: Ticking, senders: int) -> None:
    sender = made(clock, senders=senders)
    accept(sender, clock, 20, every=0.1)
    assert sender.accepted_per_second() == pytest.approx(10.0 * senders)


def test_only_the_last_seconds_count(clock: Ticking) -> None:
    sender = made(clock)
    accept(sender, clock, 100, every=0.01)
    clock.now += ACCEPTED_SECONDS
    accept(sender, clock, 1, every=0.5)
    assert sender.accepted_per_second() == pytest.approx(1 / ACCEPTED_SECONDS)
    assert len(sender.accepted) == 1


def test_what_was_accepted_before_a_pause_is_not_spread_over_it(clock: Ticking) -> None:
    sender = made(clock)
    accept(sender, clock, 10, every=0.05)
    sender.pause(2.0)
    clock.now += 2.0
    accept(sender, clock, 4, every=0.5)
    assert sender.accepted_per_second() == pytest.approx(2.0)


@pytest.mark.parametrize(("rate", "told"), [(None, 3.0), (2.0, 3.0), (40.0, 40.0)])
def test_within_the_first_second_no_less_is_told_than_was_allowed(
    clock: Ticking, rate: float | None, told: float
) -> None:
    sender = made(clock, rate=rate)
    accept(sender, clock, 3, every=0.1)
    assert sender.accepted_per_second() == pytest.approx(told)


def test_of_nothing_nothing_was_accepted(clock: Ticking) -> None:
    assert made(clock).accepted_per_second() == 0.0
