from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.wall_clock import DAYS, Hours, check_weekly, is_daily, local_day, next_time

SP, NY = ZoneInfo("America/Sao_Paulo"), ZoneInfo("America/New_York")
NIGHTS = ("seg-sex 20:00-06:00", "sab", "dom", "feriados")


def at(text: str, zone: ZoneInfo = SP) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


# 2026-11-23 is a Monday; 2026-11-20, a Friday, is a national holiday.
@pytest.mark.parametrize(
    ("now", "open_"),
    [
        ("2026-11-23 19:59:59", False),
        ("2026-11-23 20:00", True),
        ("2026-11-24 05:59:59", True),
        ("2026-11-24 06:00", False),
        ("2026-11-27 23:00", True),
        ("2026-11-28 12:00", True),
        ("2026-11-29 23:59:59", True),
        ("2026-11-30 00:00", False),
        ("2026-11-20 12:00", True),
        ("2026-11-19 12:00", False),
    ],
)
def test_nights_weekends_and_holidays(now: str, open_: bool) -> None:
    assert Hours(NIGHTS, SP).open_at(at(now)) is open_
    assert Hours(NIGHTS, SP).open_at(at(now).astimezone(UTC)) is open_


@pytest.mark.parametrize(
    ("entries", "now", "opens", "closes"),
    [
        (NIGHTS, "2026-11-23 12:00", "2026-11-23 20:00", None),
        (NIGHTS, "2026-11-23 23:00", None, "2026-11-24 06:00"),
        (NIGHTS, "2026-11-27 21:00", None, "2026-11-30 00:00"),
        (("sempre",), "2026-11-23 12:00", None, None),
        (("seg-dom",), "2026-11-23 12:00", None, None),
        (("feriados",), "2026-11-23 12:00", "2026-12-25 00:00", None),
        (("sab,dom 08:00-18:00",), "2026-11-29 17:00", None, "2026-11-29 18:00"),
        (("sex-seg 22:00-23:00",), "2026-11-24 10:00", "2026-11-27 22:00", None),
        (("dom 20:00-24:00",), "2026-11-29 23:59", None, "2026-11-30 00:00"),
        ((), "2026-11-23 12:00", None, None),
    ],
)
def test_when_it_opens_and_closes(entries: tuple[str, ...], now: str, opens: str | None, closes: str | None) -> None:
    hours = Hours(entries, SP)
    assert hours.opens_at(at(now)) == (at(opens) if opens else None)
    assert hours.closes_at(at(now)) == (at(closes) if closes else None)


def test_the_wall_clock_counts_where_clocks_change() -> None:
    hours = Hours(["dom 01:00-04:00"], NY)
    begin, end = at("2026-03-08 01:00", NY), at("2026-03-08 04:00", NY)
    assert end.astimezone(UTC) - begin.astimezone(UTC) == timedelta(hours=2)
    assert hours.open_at(begin)
    assert not hours.open_at(end)


@pytest.mark.parametrize(
    "entry",
    [
        "",
        "seg-xyz",
        "seg 25:00-26:00",
        "seg 10:00",
        "seg 10:00-10:00",
        "seg 08:00-24:30",
        "segunda",
        "a b c",
        "feriado",
    ],
)
def test_what_is_no_time_is_told(entry: str) -> None:
    with pytest.raises(ValueError, match="horário inválido"):
        Hours([entry], SP)


CHRISTMAS = "2026-12-24 22:00/2026-12-25 06:00"


@pytest.mark.parametrize(
    ("now", "opens", "closes"),
    [
        ("2026-12-24 21:59", "2026-12-24 22:00", None),
        ("2026-12-24 22:00", None, "2026-12-25 06:00"),
        ("2026-12-25 05:59", None, "2026-12-25 06:00"),
        ("2026-12-25 06:00", None, None),
    ],
)
def test_a_dated_period_is_of_the_zone(now: str, opens: str | None, closes: str | None) -> None:
    hours = Hours([CHRISTMAS], SP)
    assert hours.opens_at(at(now)) == (at(opens) if opens else None)
    assert hours.closes_at(at(now)) == (at(closes) if closes else None)


def test_weekly_hours_and_a_dated_period_join() -> None:
    hours = Hours([CHRISTMAS, "sex 05:00-07:00"], SP)
    assert hours.closes_at(at("2026-12-24 23:00")) == at("2026-12-25 07:00")


@pytest.mark.parametrize(
    "entry",
    [
        "/",
        "2026-12-24 22:00/",
        "2026-12-25 06:00/2026-12-24 22:00",
        "a/b",
        "x/y/z",
        "0001-01-01 00:00/0001-01-02 00:00",
    ],
)
def test_what_is_no_period_is_told(entry: str) -> None:
    with pytest.raises(ValueError, match="período inválido"):
        Hours([entry], ZoneInfo("Asia/Tokyo"))


def test_a_dated_period_is_not_of_every_week() -> None:
    check_weekly([*NIGHTS, "sempre", "22:00-07:00"])
    with pytest.raises(ValueError, match="horário inválido"):
        check_weekly([CHRISTMAS])


@pytest.mark.parametrize(
    ("now", "closes"),
    [("2026-03-02 21:59", None), ("2026-03-02 22:00", "2026-03-03 07:00"), ("2026-03-03 06:59", "2026-03-03 07:00")],
)
def test_hours_without_days_are_of_every_day(now: str, closes: str | None) -> None:
    assert Hours(["22:00-07:00"], SP).closes_at(at(now)) == (at(closes) if closes else None)


@pytest.mark.parametrize(
    ("text", "daily"),
    [
        ("22:00-07:00", True),
        ("00:00-23:59", True),
        *(
            (text, False)
            for text in ("", "22:00", "22:00-24:00", "7:00-8:00", "22:00-22:00", "22h-7h", "seg 22:00-07:00")
        ),
    ],
)
def test_the_hours_of_a_destination_are_daily(text: str, daily: bool) -> None:
    assert is_daily(text) is daily


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("18:30", "2026-03-02 18:30"),
        (" 9:05 ", "2026-03-03 09:05"),
        ("12:00", "2026-03-03 12:00"),
        ("24:00", None),
        ("18h", None),
    ],
)
def test_the_next_time_the_clock_shows(text: str, wanted: str | None) -> None:
    assert next_time(text, SP, at("2026-03-02 12:00")) == (at(wanted) if wanted else None)


def test_the_next_time_is_the_first_that_there_is_where_the_clock_leaves_one_out() -> None:
    """In 2018 midnight was followed by one o'clock."""
    assert next_time("00:30", SP, at("2018-11-03 23:00")) == at("2018-11-04 01:00")


HOURS = st.integers(0, 23)
FIRST, LAST = datetime(2020, 1, 1), datetime(2030, 1, 1)  # noqa: DTZ001 - hypothesis wants them naive


@given(
    st.lists(
        st.tuples(st.sampled_from(DAYS), HOURS, HOURS).filter(lambda one: one[1] != one[2]), min_size=1, max_size=4
    ),
    st.datetimes(FIRST, LAST, timezones=st.just(UTC)),
)
def test_opening_and_closing_agree_with_being_open(times: list[tuple[str, int, int]], now: datetime) -> None:
    hours = Hours([f"{day} {begin:02}:00-{end:02}:00" for day, begin, end in times], SP)
    opens, closes = hours.opens_at(now), hours.closes_at(now)
    assert hours.open_at(now) is (opens is None)
    if opens is not None:
        assert hours.open_at(opens)
        assert not hours.open_at(opens - timedelta(minutes=1))
    elif closes is not None:
        assert not hours.open_at(closes)
        assert hours.open_at(closes - timedelta(minutes=1))


@pytest.mark.parametrize(
    ("day", "begins", "hours"),
    [
        ("2026-12-31", "2026-12-31T03:00", 24),
        ("2027-01-01", "2027-01-01T03:00", 24),
        # midnight was followed by one o'clock
        ("2018-11-04", "2018-11-04T03:00", 23),
        ("2018-11-03", "2018-11-03T03:00", 24),
        # eleven at night came twice
        ("2018-02-17", "2018-02-17T02:00", 25),
        ("2018-02-18", "2018-02-18T03:00", 24),
    ],
)
def test_a_day_lasts_from_one_midnight_to_the_next(day: str, begins: str, hours: int) -> None:
    begin, end = local_day(date.fromisoformat(day), SP)
    assert (begin, end - begin) == (datetime.fromisoformat(begins).replace(tzinfo=UTC), timedelta(hours=hours))
