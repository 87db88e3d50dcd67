"""How fast an account is sent to: limits found by trying, rates that are remembered, a breaker that probes."""

from collections import deque
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.breaker import Breaker
from claims.limit import Limit
from flows.questor.pace import CLOSED, LIMITS, Batch, Pace, Pacer, Rate, Sample, share

NOW = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
CEILING = 16
TRIED = NOW - timedelta(hours=1)


def ok(seconds: float = 0.1, at: float = 0.0) -> Sample:
    return Sample(NOW + timedelta(seconds=at), seconds, overload=False)


def bad(at: float = 0.0, retry_after: float | None = None) -> Sample:
    return Sample(NOW + timedelta(seconds=at), 0.1, overload=True, retry_after=retry_after)


def limited(value: float, **more: object) -> Pace:
    return Pace(Limit(value, **more))  # type: ignore[arg-type]


AHEAD = NOW + timedelta(days=1500)


def test_what_a_clock_that_was_ahead_has_noted_is_not_known() -> None:
    """The account would stay closed until that day, and each overload until then be taken for an old one."""
    noted = Pace(Limit(4.0, 0.1, 0.1, AHEAD), Breaker(3, 60), Rate(5.0, AHEAD), AHEAD)
    pace = noted.known(NOW)
    assert pace == Pace(Limit(4.0, 0.1, 0.1), Breaker(3, 60))
    assert pace.after([bad(at=-1)], CEILING, NOW).limit.value == 2


@pytest.mark.parametrize("ahead", [timedelta(days=-1), timedelta(0), timedelta(seconds=30)])
def test_what_another_machine_has_just_noted_is_known(ahead: timedelta) -> None:
    pace = Pace(Limit(4.0, fell_at=NOW + ahead), CLOSED, Rate(5.0, NOW + ahead), NOW + timedelta(days=1) + ahead)
    assert pace.known(NOW) == pace


def test_it_grows_by_two_per_round_of_answers() -> None:
    pace = limited(4.0, fell_at=TRIED).after([ok(at=n) for n in range(4)], CEILING, NOW)
    assert 5.5 < pace.limit.value <= 6


def test_a_server_that_never_complained_is_tried_out_faster_up_to_a_few_requests() -> None:
    pace = limited(4.0).after([ok(at=n) for n in range(4)], 64, NOW)
    assert pace.limit.value == 8
    assert 16 < pace.after([ok(at=n) for n in range(16)], 64, NOW).limit.value < 18


def test_it_grows_no_higher_than_the_setting() -> None:
    assert limited(15.9).after([ok(at=n) for n in range(100)], CEILING, NOW).limit.value == CEILING
    assert limited(64.0).after([ok()], CEILING, NOW).limit.value == CEILING


def test_failures_in_flight_together_halve_once() -> None:
    pace = limited(16.0).after([bad(at=-2), bad(at=-1), bad(at=-1.5)], CEILING, NOW)
    assert pace.limit.value == 8
    later = pace.after([bad(at=1)], CEILING, NOW + timedelta(seconds=2))
    assert later.limit.value == 4


def test_it_does_not_grow_while_answers_get_slower() -> None:
    pace = limited(4.0, quickest=0.1, usual=0.1, fell_at=TRIED)
    slow = pace.after([ok(seconds=2, at=n) for n in range(40)], CEILING, NOW)
    assert slow.limit.value < 5
    again = slow.after([ok(seconds=0.1, at=n) for n in range(100)], CEILING, NOW)
    assert again.limit.value > 8


def test_quick_answers_let_it_grow_however_much_they_differ() -> None:
    pace = limited(4.0, quickest=0.001, usual=0.2).after([ok(seconds=0.2, at=n) for n in range(10)], CEILING, NOW)
    assert pace.limit.value > 5


def test_only_failures_open_the_breaker_and_a_success_between_closes_it() -> None:
    pace = limited(8.0).after([bad(at=n) for n in range(LIMITS.open_after - 1)], CEILING, NOW)
    assert not pace.open(NOW)
    assert not pace.after([ok(at=50), bad(at=51)], CEILING, NOW).open(NOW)
    assert pace.after([bad(at=50)], CEILING, NOW).open(NOW)


def test_each_failed_probe_waits_longer_up_to_a_limit() -> None:
    pace, now, waits = Pace().after([bad(at=n) for n in range(LIMITS.open_after)], CEILING, NOW), NOW, []
    for _ in range(8):
        assert pace.aberto_ate
        waits.append((pace.aberto_ate - now).total_seconds())
        now = pace.aberto_ate
        assert not pace.open(now)
        assert pace.probing
        pace = pace.after([Sample(now, 0.1, overload=True)], CEILING, now)
    assert waits == [60, 120, 240, 480, 960, *[LIMITS.longest_wait] * 3]


def test_a_good_probe_starts_anew_and_gently() -> None:
    pace = limited(16.0).after([bad(at=n) for n in range(LIMITS.open_after)], CEILING, NOW)
    good = pace.after([ok(at=100)], CEILING, NOW + timedelta(seconds=100))
    assert (good.probing, good.limit.value, good.breaker, good.aberto_ate) == (False, 2, Breaker(), None)


def test_the_pause_grows_while_failures_follow_one_another() -> None:
    pauses = [Pace(breaker=Breaker(failures)).pause for failures in (0, 1, 2, 5, 40)]
    assert pauses == [0, 0.1, 0.2, 1.6, 2]


def test_retry_after_is_kept_to_the_second() -> None:
    pace = limited(8.0).after([bad(retry_after=30)], CEILING, NOW)
    assert pace.aberto_ate == NOW + timedelta(seconds=30)
    assert pace.after([bad(at=-1, retry_after=5)], CEILING, NOW).aberto_ate == NOW + timedelta(seconds=30)


def test_a_wait_that_is_over_asks_for_no_probe() -> None:
    pace = limited(8.0).after([bad(retry_after=30)], CEILING, NOW)
    assert not pace.probing
    later = pace.after([ok(at=31)], CEILING, NOW + timedelta(seconds=31))
    assert (later.aberto_ate, later.limit.value > 4) == (None, True)


@given(st.lists(st.tuples(st.booleans(), st.floats(0.001, 100), st.floats(0, 1000)), max_size=60))
def test_whatever_happens_it_stays_within_one_and_the_setting(found: list[tuple[bool, float, float]]) -> None:
    pace = Pace()
    for overload, seconds, at in found:
        pace = pace.after(
            [Sample(NOW + timedelta(seconds=at), seconds, overload)], CEILING, NOW + timedelta(seconds=at)
        )
        assert 1 <= pace.limit.value <= CEILING


class Metered:
    """A server that takes so many requests a second after a burst, and names how long to wait; in virtual time."""

    def __init__(self, per_second: float, burst: int) -> None:
        self.per_second, self.burst = per_second, burst
        self.tokens, self.at = float(burst), 0.0
        self.taken = self.refused = 0

    def take(self, now: float) -> bool:
        self.tokens = min(self.tokens + (now - self.at) * self.per_second, self.burst)
        self.at = now
        if self.tokens < 1:
            self.refused += 1
            return False
        self.tokens -= 1
        self.taken += 1
        return True


@pytest.mark.parametrize("latency", [0.001, 0.1, 1.0])
@pytest.mark.parametrize(("per_second", "burst"), [(50, 20), (50, 50), (300, 50)])
def test_a_rate_that_was_named_is_remembered(latency: float, per_second: float, burst: int) -> None:
    """At 50 a second with bursts of 20 at most three in a hundred requests are too many, and most are used."""
    server, pacer, pace, now = Metered(per_second, burst), Pacer(), Pace(), 0.0
    answers: deque[float] = deque()
    flying: list[tuple[float, float, bool]] = []
    seconds, resumed = 300.0, 0.0
    while now < seconds:
        moment = NOW + timedelta(seconds=now)
        pacer.allow(pace.rate.at(moment))
        if len(flying) < pace.limit.value and not pace.open(moment) and not pacer.wait(now):
            pacer.begun(now)
            flying.append((now + latency, now, server.take(now)))
            continue
        soonest = min((end for end, _, _ in flying), default=now + 1.0)
        wakes = [soonest, now + (pacer.wait(now) or 1.0), now + 0.5]
        if pace.aberto_ate is not None and pace.open(moment):
            resumed = (pace.aberto_ate - NOW).total_seconds()
            wakes.append(resumed)
        now = max(min(wakes), now + 1e-6)
        for ended in [one for one in flying if one[0] <= now]:
            flying.remove(ended)
            began, seen = ended[1], NOW + timedelta(seconds=ended[1])
            if ended[2]:
                answers.append(now)
                one = Sample(seen, now - began, overload=False)
            else:
                since = max(resumed, now - 5, 0.0)
                lately = sum(at >= since for at in answers) / max(now - since, 1.0)
                if now - since < 1:
                    lately = max(lately, pace.rate.at(NOW + timedelta(seconds=now)) or 0.0)
                one = Sample(seen, now - began, overload=True, retry_after=1.0, accepted=lately)
            pace = pace.after([one], 64, NOW + timedelta(seconds=now))
    assert server.refused <= 0.03 * (server.refused + server.taken)
    possible = min(per_second, 64 / latency) * seconds
    assert server.taken >= 0.6 * possible


def test_a_rate_is_named_once_by_all_requests_that_were_under_way() -> None:
    rate = Rate().named(100, NOW, NOW)
    assert rate.named(10, NOW, NOW + timedelta(seconds=1)) == rate
    assert (rate.named(10, NOW + timedelta(seconds=1), NOW + timedelta(seconds=2)).value or 0) < 10


def test_who_never_named_a_rate_is_not_spaced_out() -> None:
    pacer = Pacer()
    pacer.allow(Rate().at(NOW))
    pacer.begun(1.0)
    assert pacer.wait(1.0) == 0


def test_a_rate_is_a_reason_neither_to_halve_nor_to_open() -> None:
    many = [replace(bad(at=n), accepted=50.0) for n in range(20)]
    pace = limited(16.0).after(many, CEILING, NOW)
    assert (pace.limit.value, pace.breaker) == (16, Breaker())
    assert pace.open(NOW)


@given(st.floats(1, 64), st.integers(1, 8), st.lists(st.integers(0, 7), max_size=60))
def test_senders_together_never_pass_the_limit_and_none_stays_without(
    limite: float, senders: int, turns: list[int]
) -> None:
    held = [0] * senders
    for turn in [one for one in turns if one < senders] + 2 * list(range(senders)):
        held[turn] = share(limite, held[:turn] + held[turn + 1 :], turn)
        assert sum(held) <= limite
    assert sum(held) == int(limite)
    assert max(held) - min(held) <= 1


@pytest.mark.parametrize(
    ("limit", "rounds", "expected"), [(50, 5, 2), (50, 10, 4), (50, 40, 50), (3, 40, 3), (1, 40, 1)]
)
def test_a_request_grows_while_verdicts_match(limit: int, rounds: int, expected: int) -> None:
    batch = Batch(limit)
    for _ in range(rounds):
        batch.matched(batch.items)
    assert batch.items == expected


def test_a_half_empty_request_proves_nothing() -> None:
    batch = Batch(50, 8)
    for _ in range(20):
        batch.matched(3)
    assert batch.items == 8


def test_trouble_halves_down_to_one() -> None:
    batch = Batch(50, 32)
    batch.too_much(32)
    assert batch.items == 16
    batch.too_much(4)
    assert batch.items == 2
    batch.too_much(2)
    batch.too_much(1)
    assert batch.items == 1
