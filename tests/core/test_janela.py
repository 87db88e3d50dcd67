from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.janela import DAYS, Janelas, periodo

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
    assert Janelas(NIGHTS, SP).aberta(at(now)) is open_
    assert Janelas(NIGHTS, SP).aberta(at(now).astimezone(UTC)) is open_


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
    windows = Janelas(entries, SP)
    assert windows.abre_em(at(now)) == (at(opens) if opens else None)
    assert windows.fecha_em(at(now)) == (at(closes) if closes else None)


def test_the_wall_clock_counts_where_clocks_change() -> None:
    windows = Janelas(["dom 01:00-04:00"], NY)
    begin, end = at("2026-03-08 01:00", NY), at("2026-03-08 04:00", NY)
    assert end.astimezone(UTC) - begin.astimezone(UTC) == timedelta(hours=2)
    assert windows.aberta(begin)
    assert not windows.aberta(end)


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
        Janelas([entry], SP)


def test_a_dated_period_is_of_the_zone() -> None:
    first, last = periodo("2026-12-24 22:00/2026-12-25 06:00", SP)
    assert (first, last) == (at("2026-12-24 22:00"), at("2026-12-25 06:00"))


@pytest.mark.parametrize("entry", ["", "2026-12-24 22:00", "2026-12-25 06:00/2026-12-24 22:00", "a/b", "x/y/z"])
def test_what_is_no_period_is_told(entry: str) -> None:
    with pytest.raises(ValueError, match="período inválido"):
        periodo(entry, SP)


HOURS = st.integers(0, 23)
FIRST, LAST = datetime(2020, 1, 1), datetime(2030, 1, 1)  # noqa: DTZ001 - hypothesis wants them naive


@given(
    st.lists(
        st.tuples(st.sampled_from(DAYS), HOURS, HOURS).filter(lambda one: one[1] != one[2]), min_size=1, max_size=4
    ),
    st.datetimes(FIRST, LAST, timezones=st.just(UTC)),
)
def test_opening_and_closing_agree_with_being_open(times: list[tuple[str, int, int]], now: datetime) -> None:
    windows = Janelas([f"{day} {begin:02}:00-{end:02}:00" for day, begin, end in times], SP)
    opens, closes = windows.abre_em(now), windows.fecha_em(now)
    assert windows.aberta(now) is (opens is None)
    if opens is not None:
        assert windows.aberta(opens)
        assert not windows.aberta(opens - timedelta(minutes=1))
    elif closes is not None:
        assert not windows.aberta(closes)
        assert windows.aberta(closes - timedelta(minutes=1))
