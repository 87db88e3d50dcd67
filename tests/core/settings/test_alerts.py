"""How long may be waited: never so long that no calendar has the moment."""

from datetime import UTC, datetime, timedelta
from math import inf, nan

import pytest
from pydantic import ValidationError

from core.settings.alerts import AlertSettings

KEYS = tuple(AlertSettings.model_fields)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("value", [inf, nan, 1e9, 1e300])
def test_a_number_that_no_calendar_has_is_refused(key: str, value: float) -> None:
    with pytest.raises(ValidationError):
        AlertSettings.model_validate({key: value})


def test_who_means_never_may_say_so_with_any_number_that_can_be_counted_back() -> None:
    found = AlertSettings.model_validate({"reminder_hours": 8_760_000, "paused_days": 99_999, "gap_days": 365_000})
    now = datetime(2026, 11, 27, tzinfo=UTC)
    assert now - timedelta(hours=found.reminder_hours) < now - timedelta(days=found.paused_days)
