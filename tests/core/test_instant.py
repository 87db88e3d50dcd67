from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from core.errors import UsageError
from core.instant import read_instant

ZONE = ZoneInfo("America/Sao_Paulo")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2026-11-23", "2026-11-23T03:00:00+00:00"),
        (" 2026-11-23T10:00 ", "2026-11-23T13:00:00+00:00"),
        ("2026-11-23T10:00:00Z", "2026-11-23T10:00:00+00:00"),
        ("2026-11-23T10:00:00+05:30", "2026-11-23T04:30:00+00:00"),
        ("2026-11-23 10:00", "2026-11-23T13:00:00+00:00"),
    ],
)
def test_an_instant_without_offset_is_the_zone_s(text: str, wanted: str) -> None:
    assert read_instant(text, ZONE).astimezone(UTC) == datetime.fromisoformat(wanted)


@pytest.mark.parametrize(
    "text", ["", "ontem", "2026-13-01", "23/11/2026", "0001-01-01T00:00+23:59", "9999-12-31T23:59-23:59"]
)
def test_what_is_no_instant_is_told_with_its_field(text: str) -> None:
    with pytest.raises(UsageError, match="Use a forma") as caught:
        read_instant(text, ZONE, campo="desde")
    assert caught.value.campo == "desde"
