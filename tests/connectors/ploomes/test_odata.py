"""Queries that are read as they are meant: dates in UTC, quotes doubled, nothing that an address takes for its own."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import parse_qsl

import pytest

from connectors.ploomes import odata

NOON = datetime(2026, 7, 14, 15, 0, 30, 999_999, tzinfo=UTC)
BRASILIA = timezone(timedelta(hours=-3))


@pytest.mark.parametrize("zone", [UTC, BRASILIA, timezone(timedelta(hours=9))])
def test_a_moment_is_the_same_in_each_zone_and_has_whole_seconds(zone: timezone) -> None:
    assert odata.moment(NOON.astimezone(zone)) == "2026-07-14T15:00:30Z"


@pytest.mark.parametrize(
    ("value", "written"), [("ana", "'ana'"), ("", "''"), ("D'Ávila", "'D''Ávila'"), ("' or 1 eq 1", "''' or 1 eq 1'")]
)
def test_a_quote_does_not_end_a_text(value: str, written: str) -> None:
    assert odata.text(value) == written


@pytest.mark.parametrize(
    ("instant", "changed", "written"),
    [
        (None, True, ""),
        (None, False, ""),
        (NOON, False, "CreateDate ge 2026-07-14T15:00:30Z"),
        (NOON, True, "(CreateDate ge 2026-07-14T15:00:30Z or LastUpdateDate ge 2026-07-14T15:00:30Z)"),
    ],
)
def test_what_was_made_or_also_changed_since_a_moment(instant: datetime | None, changed: bool, written: str) -> None:
    assert odata.since(instant, changed=changed) == written


@pytest.mark.parametrize(
    ("tags", "written"),
    [
        ((), ""),
        ((7,), "Tags/any(t: t/TagId eq 7)"),
        ((7, 8), "Tags/any(t: t/TagId eq 7 or t/TagId eq 8)"),
    ],
)
def test_one_of_several_tags_is_enough(tags: Collection[int], written: str) -> None:
    assert odata.tagged(tags) == written


@pytest.mark.parametrize(
    ("documento", "fields", "spellings"),
    [
        ("11.222.333/0001-81", ("CNPJ", "Register"), ("11222333000181", "11.222.333/0001-81")),
        ("12ABC34501DE35", ("CNPJ", "Register"), ("12ABC34501DE35", "12.ABC.345/01DE-35")),  # pragma: allowlist secret
        ("11144477735", ("CPF", "Register"), ("11144477735", "111.444.777-35")),
        ("12 3", ("CNPJ", "CPF", "Register"), ("123",)),
        ("O'Hara", ("CNPJ", "CPF", "Register"), ("OHARA",)),
    ],
)
def test_a_document_is_asked_for_bare_and_formatted_in_each_field_where_it_may_be(
    documento: str, fields: tuple[str, ...], spellings: tuple[str, ...]
) -> None:
    asked = odata.of_document(documento)
    assert (asked[0], asked[-1]) == ("(", ")")
    assert asked[1:-1].split(" or ") == [f"{name} eq '{one}'" for name in fields for one in spellings]


@pytest.mark.parametrize(
    ("filters", "written"), [((), ""), (("", ""), ""), (("a", ""), "a"), (("", "b"), "b"), (("a", "b"), "a and b")]
)
def test_filters_that_let_everything_through_are_left_out(filters: tuple[str, ...], written: str) -> None:
    assert odata.both(*filters) == written


def test_a_query_comes_out_as_it_went_in_and_a_zero_is_no_empty_option() -> None:
    given = {"filter": "Name eq 'a&b+c #1 ção'", "top": 0, "count": "true", "expand": None, "select": ""}
    written = odata.query(given)
    assert parse_qsl(written, keep_blank_values=True) == [
        ("$filter", "Name eq 'a&b+c #1 ção'"),
        ("$top", "0"),
        ("$count", "true"),
    ]
    assert "+" not in written
