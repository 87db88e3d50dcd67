"""What is read of a row: numbers to the last digit, and what only looks like one."""

from decimal import Decimal
from typing import Any

import pytest

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
