from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.questor.pace import LONGEST_WAIT, OPEN_AFTER, Batch, Pace, Seen, share

NOW = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
CEILING = 16


def ok(seconds: float = 0.1, at: float = 0.0) -> Seen:
    return Seen(NOW + timedelta(seconds=at), seconds, overload=False)


def bad(at: float = 0.0, retry_after: float | None = None) -> Seen:
    return Seen(NOW + timedelta(seconds=at), 0.1, overload=True, retry_after=retry_after)


TRIED = NOW - timedelta(hours=1)


def test_it_grows_by_two_per_round_of_answers() -> None:
    pace = Pace(limite=4.0, reduzido_em=TRIED).after([ok(at=n) for n in range(4)], CEILING, NOW)
    assert 5.5 < pace.limite <= 6


def test_a_server_that_never_complained_is_tried_out_faster_up_to_a_few_requests() -> None:
    pace = Pace(limite=4.0).after([ok(at=n) for n in range(4)], 64, NOW)
    assert pace.limite == 8
    assert 16 < pace.after([ok(at=n) for n in range(16)], 64, NOW).limite < 18


def test_it_grows_no_higher_than_the_setting() -> None:
    assert Pace(limite=15.9).after([ok(at=n) for n in range(100)], CEILING, NOW).limite == CEILING
    assert Pace(limite=64.0).after([ok()], CEILING, NOW).limite == CEILING


def test_failures_in_flight_together_halve_once() -> None:
    pace = Pace(limite=16.0).after([bad(at=-2), bad(at=-1), bad(at=-1.5)], CEILING, NOW)
    assert pace.limite == 8
    later = pace.after([bad(at=1)], CEILING, NOW + timedelta(seconds=2))
    assert later.limite == 4


def test_it_does_not_grow_while_answers_get_slower() -> None:
    pace = Pace(limite=4.0, base=0.1, suave=0.1, reduzido_em=TRIED)
    slow = pace.after([ok(seconds=2, at=n) for n in range(40)], CEILING, NOW)
    assert slow.limite < 5
    again = slow.after([ok(seconds=0.1, at=n) for n in range(100)], CEILING, NOW)
    assert again.limite > 8


def test_quick_answers_let_it_grow_however_much_they_differ() -> None:
    pace = Pace(limite=4.0, base=0.001, suave=0.2).after([ok(seconds=0.2, at=n) for n in range(10)], CEILING, NOW)
    assert pace.limite > 5


def test_only_failures_open_the_breaker_and_a_success_between_closes_it() -> None:
    pace = Pace(limite=8.0).after([bad(at=n) for n in range(OPEN_AFTER - 1)], CEILING, NOW)
    assert not pace.open(NOW)
    assert not pace.after([ok(at=50), bad(at=51)], CEILING, NOW).open(NOW)
    assert pace.after([bad(at=50)], CEILING, NOW).open(NOW)


def test_each_failed_probe_waits_longer_up_to_a_limit() -> None:
    pace, now, waits = Pace().after([bad(at=n) for n in range(OPEN_AFTER)], CEILING, NOW), NOW, []
    for _ in range(8):
        assert pace.aberto_ate
        waits.append((pace.aberto_ate - now).total_seconds())
        now = pace.aberto_ate
        assert not pace.open(now)
        assert pace.probing
        pace = pace.after([Seen(now, 0.1, overload=True)], CEILING, now)
    assert waits == [60, 120, 240, 480, 960, LONGEST_WAIT, LONGEST_WAIT, LONGEST_WAIT]


def test_a_good_probe_starts_anew_and_gently() -> None:
    pace = Pace(limite=16.0).after([bad(at=n) for n in range(OPEN_AFTER)], CEILING, NOW)
    good = pace.after([ok(at=100)], CEILING, NOW + timedelta(seconds=100))
    assert (good.probing, good.limite, good.falhas, good.espera) == (False, 2, 0, 0)


def test_the_pause_grows_while_failures_follow_one_another() -> None:
    pauses = [Pace(falhas=falhas).pause for falhas in (0, 1, 2, 5, 40)]
    assert pauses == [0, 0.1, 0.2, 1.6, 2]


def test_retry_after_is_kept_to_the_second() -> None:
    pace = Pace(limite=8.0).after([bad(retry_after=30)], CEILING, NOW)
    assert pace.aberto_ate == NOW + timedelta(seconds=30)
    assert pace.after([bad(at=-1, retry_after=5)], CEILING, NOW).aberto_ate == NOW + timedelta(seconds=30)


@given(st.lists(st.tuples(st.booleans(), st.floats(0.001, 100), st.floats(0, 1000)), max_size=60))
def test_whatever_happens_it_stays_within_one_and_the_setting(found: list[tuple[bool, float, float]]) -> None:
    pace = Pace()
    for overload, seconds, at in found:
        pace = pace.after([Seen(NOW + timedelta(seconds=at), seconds, overload)], CEILING, NOW + timedelta(seconds=at))
        assert 1 <= pace.limite <= CEILING


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
