"""The clock of the queue's own server, and dates as rows have them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.dialects import sqlite

from connectors.oracle.moments import AsWritten, moment, today


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-07-14 15:00:00", datetime(2026, 7, 14, 15)),  # noqa: DTZ001 - as the table has it
        ("2026-07-14T15:00:00+00:00", datetime(2026, 7, 14, 15, tzinfo=UTC)),
        ("2026-07-14", datetime(2026, 7, 14)),  # noqa: DTZ001
        (datetime(2026, 7, 14, tzinfo=UTC), datetime(2026, 7, 14, tzinfo=UTC)),
        ("14/07/2026", "14/07/2026"),
        ("infinity", "infinity"),
        ("", ""),
        (None, None),
        (20260714, 20260714),
    ],
)
def test_an_instant_is_read_and_what_is_none_stays_as_it_is(written: Any, read: Any) -> None:
    assert AsWritten().process_result_value(written, sqlite.dialect()) == read


@pytest.mark.parametrize("seconds", [90, -90, 0.5, 86_400])
def test_an_instant_of_the_server_is_moved_by_seconds(banco_da_fila: Engine, seconds: float) -> None:
    """Of PostgreSQL the clock goes on within a statement."""
    with banco_da_fila.begin() as connection:
        now, moved = connection.execute(select(moment(0), moment(seconds))).one()
    assert now.tzinfo is None
    assert 0 <= (moved - now).total_seconds() - seconds < 60


def test_the_date_that_people_read_has_whole_seconds_and_a_zone_s_distance(banco_da_fila: Engine) -> None:
    with banco_da_fila.begin() as connection:
        here, utc = connection.execute(select(today(), moment(0))).one()
    assert (here.tzinfo, here.microsecond) == (None, 0)
    quarters = (here - utc) / timedelta(minutes=15)
    assert abs(quarters - round(quarters)) < 0.1
