from datetime import UTC, datetime, timedelta

from claims import last_times
from core.clock import FixedClock
from storage.session import reading

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_the_last_time_is_remembered_by_name(banco: str) -> None:
    last_times.note("varrer", FixedClock(NOW))
    last_times.note("varrer", FixedClock(NOW + timedelta(seconds=5)))
    with reading() as db:
        assert last_times.last(db, "varrer") == NOW + timedelta(seconds=5)
        assert last_times.last(db, "nunca") is None


def test_who_notes_anew_learns_of_the_time_before(banco: str) -> None:
    assert last_times.noted_anew("varrer", FixedClock(NOW)) is None
    assert last_times.noted_anew("varrer", FixedClock(NOW + timedelta(seconds=5))) == NOW
    with reading() as db:
        assert last_times.last(db, "varrer") == NOW + timedelta(seconds=5)
