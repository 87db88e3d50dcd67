"""What is read of a row: numbers to the last digit, and what only looks like one."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from connectors.oracle.orders import Order
from connectors.oracle.reading import NoNumber, number, text


@pytest.mark.parametrize(
    ("value", "read"),
    [(7, 7), (7.0, 7), ("7", 7), (Decimal("7.5"), Decimal("7.5")), (Decimal(str(10**37 + 1)), 10**37 + 1)],
)
def test_a_number_is_read_to_its_last_digit(value: Any, read: Any) -> None:
    assert number(value) == read


@pytest.mark.parametrize("value", ["2026/17", "", None, b"7", Decimal("NaN"), Decimal("Infinity"), float("nan")])
def test_what_is_no_number_is_said_to_be_none(value: Any) -> None:
    with pytest.raises(NoNumber):
        number(value)


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (None, ""),
        ("7", "7"),
        (7, "7"),
        (7.0, "7"),
        (Decimal("1E+20"), "1" + "0" * 20),
        (Decimal("NaN"), "NaN"),
        (float("inf"), "inf"),
    ],
)
def test_any_value_is_a_text_for_people(value: Any, read: str) -> None:
    assert text(value) == read


@pytest.mark.parametrize("hours", [-3, 0, 9])
def test_a_row_is_known_by_the_instant_in_whatever_zone_it_is_shown(hours: int) -> None:
    instant, zone = datetime(2026, 7, 14, 15, tzinfo=UTC), timezone(timedelta(hours=hours))
    order = Order(7, "1", "texto", instant.astimezone(zone))
    assert order.identity == Order(7, "1", "texto", instant).identity
    assert order.noted_before.startswith(f"7@{instant.astimezone(zone).isoformat()}#")


@pytest.mark.parametrize(("year", "hours"), [(1, 9), (9999, -3)])
def test_an_instant_that_utc_has_no_room_for_stands_as_it_is_shown(year: int, hours: int) -> None:
    last = datetime(year, 1, 1) if year == 1 else datetime(year, 12, 31, 23)  # noqa: DTZ001 - the zone comes next
    order = Order(7, "1", "texto", last.replace(tzinfo=timezone(timedelta(hours=hours))))
    assert order.identity == order.noted_before
