"""A header's date is an instant in UTC, or nothing: whatever a server writes."""

from datetime import UTC, datetime

import pytest

from core.http_date import read_date

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("Thu, 26 Nov 2026 12:00:00 GMT", NOON),
        ("Thu, 26 Nov 2026 09:00:00 -0300", NOON),
        ("Thu, 26 Nov 2026 12:00:00 -0000", NOON),
        ("Thu, 01 Jan 99999999999999999999 00:00:00 GMT", None),
        ("Thu, 26 Nov 2026 12:00:00 +9999999999999999", None),
        ("Fri, 31 Dec 9999 23:59:59 -2300", None),
        ("Thu, 99 Nov 2026 12:00:00 GMT", None),
        ("ontem", None),
        ("", None),
        (None, None),
    ],
)
def test_a_date_is_an_instant_or_nothing(value: str | None, found: datetime | None) -> None:
    assert read_date(value) == found
