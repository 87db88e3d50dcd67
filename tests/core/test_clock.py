from datetime import UTC, datetime, timedelta, timezone

from core.clock import SYSTEM, FixedClock, passed


def test_the_machine_s_clock_is_aware_and_goes_on() -> None:
    first, second = SYSTEM.now(), SYSTEM.now()
    assert first.tzinfo is UTC
    assert timedelta() <= second - first < timedelta(minutes=1)


def test_a_fixed_clock_moves_when_told_and_answers_in_utc() -> None:
    clock = FixedClock(datetime(2026, 3, 2, 9, tzinfo=timezone(timedelta(hours=-3))))
    assert clock.now() == clock.now() == datetime(2026, 3, 2, 12, tzinfo=UTC)
    clock.advance(0.5)
    assert clock.now().isoformat() == "2026-03-02T12:00:00.500000+00:00"


def test_an_instant_that_is_to_come_says_nothing_of_what_was() -> None:
    now, moment = datetime(2026, 3, 2, 12, tzinfo=UTC), timedelta(microseconds=1)
    assert (passed(now - moment, now), passed(now, now)) == (now - moment, now)
    assert (passed(now + moment, now), passed(None, now)) == (None, None)
