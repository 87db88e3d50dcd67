from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from core.errors import UsageError
from events.conditions.judging import Whole
from events.filters import Filters, checked_hours, checked_labels, checked_severity

ZONE = ZoneInfo("America/Sao_Paulo")


@pytest.mark.parametrize(
    ("least", "severity", "passes"),
    [
        (None, "aviso", True),
        ("aviso", "aviso", True),
        ("critico", "aviso", False),
        ("critico", "critico", True),
        ("critico", None, True),
        ("critico", ["x"], True),
    ],
)
def test_the_least_severity(least: str | None, severity: object, passes: bool) -> None:
    assert Filters(severidade_minima=least).accept({"severidade": severity}, Whole(b"{}")) is passes


@pytest.mark.parametrize(
    ("given", "dados", "passes"),
    [
        ([], {}, True),
        (["loja=loja-1"], {"loja": "loja-1"}, True),
        (["loja=loja-1"], {"loja": "loja-10"}, False),
        (["loja=loja-1", "loja=loja-2"], {"loja": "loja-2"}, True),
        (["loja=loja-1", "uf=CE"], {"loja": "loja-1", "uf": "SP"}, False),
        (["uf=CE"], {"loja": "loja-1"}, False),
        (["uf=CE"], {"uf": {"x": 1}}, False),
    ],
)
def test_labels_are_alternatives_of_one_name_and_all_names_must_match(
    given: list[str], dados: dict[str, object], passes: bool
) -> None:
    assert Filters(rotulos=checked_labels(given)).accept(dados, Whole(b"{}")) is passes


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("hours", "now", "due"),
    [
        ("22:00-07:00", "2026-03-02T21:59:59", "2026-03-02T21:59:59"),
        ("22:00-07:00", "2026-03-02T22:00:00", "2026-03-03T07:00:00"),
        ("22:00-07:00", "2026-03-03T03:00:00", "2026-03-03T07:00:00"),
        ("22:00-07:00", "2026-03-03T07:00:00", "2026-03-03T07:00:00"),
        ("12:00-13:30", "2026-03-02T12:15:00", "2026-03-02T13:30:00"),
        ("12:00-13:30", "2026-03-02T13:30:00", "2026-03-02T13:30:00"),
        ("12:00-13:30", "2026-03-02T11:59:00", "2026-03-02T11:59:00"),
    ],
)
def test_quiet_hours_put_off_to_their_end_in_the_zone_of_the_installation(hours: str, now: str, due: str) -> None:
    given = at(now).astimezone(UTC)
    assert Filters(silencio=hours).due_at({"severidade": "aviso"}, given, ZONE) == at(due)
    assert Filters(silencio=hours).due_at({"severidade": "critico"}, given, ZONE) == given
    assert Filters().due_at({}, given, ZONE) == given


@pytest.mark.parametrize("text", ["", "22:00", "22:00-24:00", "7:00-8:00", "22:00-22:00", "22h-7h"])
def test_quiet_hours_of_bad_form_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="22:00-07:00"):
        checked_hours(text)


@pytest.mark.parametrize("given", [["loja"], ["=x"], ["loja="]])
def test_labels_of_bad_form_are_refused(given: list[str]) -> None:
    with pytest.raises(UsageError, match="loja=loja-1"):
        checked_labels(given)


def test_an_unknown_severity_is_refused() -> None:
    with pytest.raises(UsageError, match="aviso ou critico"):
        checked_severity("grave")
