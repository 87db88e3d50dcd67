"""Money, counts and days as people in Brazil write them, also where the value is none."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from core.formas import contagem, data, lugar, momento, reais, texto

BRASILIA = timezone(timedelta(hours=-3))


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("1234.56"), "R$ 1.234,56"),
        ("1234567.8", "R$ 1.234.567,80"),
        ("0", "R$ 0,00"),
        (0, "R$ 0,00"),
        (Decimal("-10"), "-R$ 10,00"),
        (Decimal("-0.001"), "R$ 0,00"),
        ("0.005", "R$ 0,00"),
        ("0.015", "R$ 0,02"),
        (Decimal("9999999999999.99"), "R$ 9.999.999.999.999,99"),
        (" 7 ", "R$ 7,00"),
        *((value, "N/A") for value in (None, "", "x", "NaN", "Infinity", "1e999999", True, [], {}, b"1")),
    ],
)
def test_money(value: object, written: str) -> None:
    assert reais(value) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "0"),
        (-5, "-5"),
        (1234, "1.234"),
        ("1000000", "1.000.000"),
        (10**15, "1.000.000.000.000.000"),
        (None, "N/A"),
        ("1e6000", "N/A"),
        ("1e999999999", "N/A"),
    ],
)
def test_counts(value: object, written: str) -> None:
    assert contagem(value) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (date(2026, 1, 2), "02/01/2026"),
        (datetime(2026, 12, 31, 23, 59, tzinfo=BRASILIA), "31/12/2026"),
        ("2026-12-31T23:59:59-03:00", "31/12/2026"),
        ("2026-11-03", "03/11/2026"),
        ("0026-11-03", "03/11/0026"),
        *((value, "N/A") for value in (None, "", "ontem", "2026-13-01", 5)),
    ],
)
def test_days(value: object, written: str) -> None:
    """A document's day is that of its own offset, wherever it is read."""
    assert data(value) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("2027-01-01T02:59:00+00:00", "31/12/2026 23:59"),
        ("2018-11-04T02:59:00Z", "03/11/2018 23:59"),
        (datetime(2018, 11, 4, 3, tzinfo=UTC), "04/11/2018 01:00"),
        *((value, "N/A") for value in (None, "", "2026-11-03", "2026-11-03T10:00:00", "0001-01-01T00:00:00Z", 7)),
    ],
)
def test_instants_are_shown_by_the_clock_on_the_wall(value: object, written: str) -> None:
    assert momento(value, ZoneInfo("America/Sao_Paulo")) == written


def test_what_is_not_said_is_told_as_such() -> None:
    assert [texto(value) for value in ("", None, 0, "x")] == ["N/A", "N/A", "0", "x"]


@pytest.mark.parametrize(
    ("place", "written"),
    [(("Santos", "SP"), "Santos/SP"), (("Santos", None), "Santos"), ((None, "SP"), "SP"), (("", None), "N/A")],
)
def test_places(place: tuple[str | None, str | None], written: str) -> None:
    assert lugar(*place) == written
