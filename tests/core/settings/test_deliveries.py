"""What may be said of deliveries, at the bounds."""

from math import inf, nan

import pytest
from pydantic import ValidationError

from core.settings.deliveries import DeliverySettings


@pytest.mark.parametrize(
    ("key", "good", "bad"),
    [
        ("connect_timeout", [0.1, 30, 604_800], [0, -1, "x", 604_801, inf, nan]),
        ("total_timeout", [1, 30], [0.9, 30.1, nan]),
        ("schedule", [[], [0], [5, 60.5], [31_536_000]], [[-1], "5", [None], [5, inf], [nan], [31_536_001]]),
        ("jitter", [0, 0.99], [1, -0.1]),
        ("max_in_flight", [1, 256], [0, 257, 1.5]),
        ("sweep_seconds", [1, 5], [0.9, 5.1]),
        ("allow_ports", [[1], [65535]], [[0], [65536]]),
        ("ntfy_burst", [1], [0]),
        ("ntfy_refill_seconds", [0.5], [0, 1e300]),
    ],
)
def test_a_number_has_its_bounds(key: str, good: list[object], bad: list[object]) -> None:
    for value in good:
        DeliverySettings.model_validate({key: value})
    for value in bad:
        with pytest.raises(ValidationError):
            DeliverySettings.model_validate({key: value})


def test_the_schedule_is_the_published_one_of_about_three_days() -> None:
    schedule = DeliverySettings().schedule
    assert len(schedule) == 10
    assert list(schedule) == sorted(schedule)
    assert 3 < sum(schedule) / 86_400 < 3.2
