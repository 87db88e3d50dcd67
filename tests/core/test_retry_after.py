"""Retry-After as servers write it, and nonsense that is ignored."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.retry_after import DAY, HOUR, seconds_asked

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        (" 7 ", 7.0),
        ("1.5", 1.5),
        ("0", 0.0),
        ("99999", HOUR),
        ("Wed, 25 Nov 2026 12:00:30 GMT", 30.0),
        ("Wed, 25 Nov 2026 09:01:00 -0300", 60.0),
        ("Fri, 31 Dec 2100 23:59:59 GMT", HOUR),
        ("Wed, 25 Nov 2026 11:59:59 GMT", None),
        ("-1", None),
        ("nan", None),
        ("Wed, 25 Nov 20260000000 12:00:30 GMT", None),
        ("Wed, 25 Nov 2026 12:00:30 +99999999999999", None),
        ("inf", None),
        ("já", None),
        ("", None),
        (None, None),
        ("7" * 101, None),
    ],
)
def test_what_a_server_asks_for(value: str | None, seconds: float | None) -> None:
    assert seconds_asked(value, NOW) == seconds


def test_the_limit_is_the_caller_s() -> None:
    assert seconds_asked("999999", NOW, DAY) == DAY
    assert seconds_asked("5", NOW, 3) == 3


@given(st.text(max_size=60))
def test_no_text_breaks_it(value: str) -> None:
    found = seconds_asked(value, NOW)
    assert found is None or 0 <= found <= HOUR
