"""Values as the wire has them: amounts are texts, instants are ISO 8601."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.conditions.values import instant, number, same

ZONE = ZoneInfo("America/Sao_Paulo")


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (1, 1),
        (-1.5, Decimal("-1.5")),
        ("10.00", 10),
        ("-1e3", -1000),
        (0.1, Decimal("0.1")),
        (True, None),
        (None, None),
        ("1,5", None),
        (" 1", None),
        ("١", None),
        ("1e9999", None),
        (float("nan"), None),
        (10**400, None),
        ([1], None),
    ],
)
def test_a_number_however_it_is_written(value: object, found: object) -> None:
    assert number(value) == found


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("2026-03-01", datetime(2026, 3, 1, 3, tzinfo=UTC)),
        ("2026-03-01T08:00:00", datetime(2026, 3, 1, 11, tzinfo=UTC)),
        ("2026-03-01 08:00:00-03:00", datetime(2026, 3, 1, 11, tzinfo=UTC)),
        ("2026-03-01T08:00:00.123456Z", datetime(2026, 3, 1, 8, 0, 0, 123456, tzinfo=UTC)),
        ("2026-02-30", None),
        ("20260301", None),
        ("2026-W09-1", None),
        (20260301, None),
        ("x" * 100, None),
    ],
)
def test_an_instant(value: object, found: datetime | None) -> None:
    assert instant(value, ZONE) == found


@given(st.none() | st.booleans() | st.integers() | st.text(), st.none() | st.booleans() | st.integers() | st.text())
def test_a_number_is_no_truth_and_a_text_no_number(wanted: object, value: object) -> None:
    said = number(wanted) if isinstance(wanted, int) and not isinstance(wanted, bool) else wanted
    if same(said, value) and said is not None:
        assert type(wanted) is type(value) or (isinstance(said, Decimal) and number(value) == said)
