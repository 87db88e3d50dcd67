"""A connection to PostgreSQL whose calls end, and what it reads of texts and dates that others fail at."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest
from support.ports import soon
from support.postgres import Cluster

from connectors.oracle.postgresql import SILENT, Day, Instant, Limited, Readable, ZonedInstant, connect


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("troca de óleo".encode(), "troca de óleo"),
        ("troca de óleo".encode("cp1252"), "troca de óleo"),
        (b"5 \x80", "5 €"),
        (b"\x81", "\ufffd"),
        (b"", ""),
    ],
)
def test_a_text_is_read_as_utf8_or_as_that_of_windows(raw: bytes, text: str) -> None:
    assert Readable(25).load(raw) == text
    assert Readable(25).load(memoryview(raw)) == text


@pytest.mark.parametrize(
    ("loader", "shown", "read"),
    [
        (Instant(1114), "2026-07-14 15:00:00", datetime(2026, 7, 14, 15)),  # noqa: DTZ001 - it has none
        (Instant(1114), "infinity", "infinity"),
        (Instant(1114), "-infinity", "-infinity"),
        (Instant(1114), "0044-03-15 12:00:00 BC", "0044-03-15 12:00:00 BC"),
        (Instant(1114), "10000-01-01 00:00:00", "10000-01-01 00:00:00"),
        (ZonedInstant(1184), "2026-07-14 15:00:00+00", datetime(2026, 7, 14, 15, tzinfo=UTC)),
        (ZonedInstant(1184), "infinity", "infinity"),
        (Day(1082), "2026-07-14", date(2026, 7, 14)),
        (Day(1082), "infinity", "infinity"),
        (Day(1082), "0044-03-15 BC", "0044-03-15 BC"),
    ],
)
def test_a_date_that_python_has_no_room_for_stands_as_it_is_shown(loader: Any, shown: str, read: Any) -> None:
    assert loader.load(shown.encode()) == read


def dsn(cluster: Cluster, name: str) -> str:
    return cluster.url(name).replace("+psycopg", "")


@pytest.fixture
def connection(cluster: Cluster) -> Iterator[Limited]:
    with connect(60.0, dsn(cluster, "postgres")) as opened:
        yield opened


def test_a_call_that_takes_too_long_ends_with_its_connection(connection: Limited) -> None:
    connection.seconds = 0.05
    with soon(), pytest.raises(psycopg.OperationalError, match=SILENT):
        connection.execute("SELECT pg_sleep(60)")
    assert connection.closed


def test_a_call_that_is_answered_in_time_has_its_answer_and_the_next_its_own_time(connection: Limited) -> None:
    for number in range(3):
        assert connection.execute("SELECT %s::int", [number]).fetchone() == (number,)
    assert not connection.closed


def test_dates_of_a_row_are_read_one_by_one(connection: Limited) -> None:
    query = "SELECT 'infinity'::timestamp, '2026-07-14'::date, 'x'::varchar, 'y'::char(3)"
    assert connection.execute(query).fetchone() == ("infinity", date(2026, 7, 14), "x", "y  ")


def test_a_database_without_an_encoding_gives_its_bytes_as_they_are(cluster: Cluster) -> None:
    """The server would refuse to send what is not UTF-8."""
    name = cluster.create_plain()
    try:
        with connect(60.0, dsn(cluster, name), client_encoding="utf8") as plain:
            assert plain.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
            said = plain.execute("SELECT convert_from('\\xf36c656f', 'SQL_ASCII')").fetchone()
    finally:
        cluster.drop(name)
    assert said == ("óleo",)
