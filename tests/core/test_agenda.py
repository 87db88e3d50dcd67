"""When a daily job is due: the zone rules of 2018, when America/Sao_Paulo changed its clock at midnight."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from core.agenda import Job
from core.wall_clock import wall_instant

SP = ZoneInfo("America/Sao_Paulo")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "hora", "zone", "wanted"),
    [
        ("2018-11-03", "08:00", "America/Sao_Paulo", "2018-11-03 11:00"),
        # midnight is followed by one o'clock
        ("2018-11-03", "23:59", "America/Sao_Paulo", "2018-11-04 02:59"),
        ("2018-11-04", "00:00", "America/Sao_Paulo", "2018-11-04 03:00"),
        ("2018-11-04", "00:30", "America/Sao_Paulo", "2018-11-04 03:00"),
        ("2018-11-04", "00:59", "America/Sao_Paulo", "2018-11-04 03:00"),
        ("2018-11-04", "01:00", "America/Sao_Paulo", "2018-11-04 03:00"),
        ("2018-11-04", "01:01", "America/Sao_Paulo", "2018-11-04 03:01"),
        ("2018-11-04", "08:00", "America/Sao_Paulo", "2018-11-04 10:00"),
        # the last hour of the day comes twice
        ("2018-02-17", "22:59", "America/Sao_Paulo", "2018-02-18 00:59"),
        ("2018-02-17", "23:00", "America/Sao_Paulo", "2018-02-18 01:00"),
        ("2018-02-17", "23:30", "America/Sao_Paulo", "2018-02-18 01:30"),
        ("2018-02-18", "00:00", "America/Sao_Paulo", "2018-02-18 03:00"),
        ("2018-02-18", "08:00", "America/Sao_Paulo", "2018-02-18 11:00"),
        ("2026-12-31", "23:59", "America/Sao_Paulo", "2027-01-01 02:59"),
        ("2027-01-01", "00:00", "America/Sao_Paulo", "2027-01-01 03:00"),
        ("2028-02-29", "08:00", "America/Sao_Paulo", "2028-02-29 11:00"),
        ("2026-03-02", "08:00", "America/Rio_Branco", "2026-03-02 13:00"),
        ("2026-03-29", "02:30", "Europe/Lisbon", "2026-03-29 01:30"),
        ("2026-03-29", "01:30", "Europe/Lisbon", "2026-03-29 01:00"),
        # a day that the clock left out
        ("2011-12-30", "08:00", "Pacific/Apia", "2011-12-30 10:00"),
        ("2026-03-02", "08:00", "UTC", "2026-03-02 08:00"),
    ],
)
def test_the_instant_at_which_a_clock_shows_a_time(day: str, hora: str, zone: str, wanted: str) -> None:
    assert wall_instant(date.fromisoformat(day), hora, ZoneInfo(zone)) == at(wanted)


@pytest.mark.parametrize(
    ("hora", "now", "wanted"),
    [
        ("08:00", "2026-03-02 10:59", "2026-03-02 11:00"),
        ("08:00", "2026-03-02 11:00", "2026-03-03 11:00"),
        ("08:00", "2026-12-31 12:00", "2027-01-01 11:00"),
        ("00:00", "2026-12-31 12:00", "2027-01-01 03:00"),
        ("23:30", "2026-01-01 02:00", "2026-01-01 02:30"),
        ("08:00", "2028-02-28 12:00", "2028-02-29 11:00"),
        # 23:40 shown for the second time: the next one is tomorrow's
        ("23:30", "2018-02-18 02:40", "2018-02-19 02:30"),
        ("00:30", "2018-11-04 02:59", "2018-11-04 03:00"),
    ],
)
def test_the_next_time_of_a_job(hora: str, now: str, wanted: str) -> None:
    assert Job("x", "x.y", hora, 60).next(at(now), SP).devida_em == at(wanted)
