"""OData's `$filter`, as far as the contract has it: what each part says of a row, and what cannot be read.

docs/reference/contracts/ploomes.md §2.
"""

from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.ploomes.filters import BadQuery, compiled, moment

ROW: dict[str, Any] = {
    "Id": 7,
    "Name": "Padaria D'Ávila",
    "Note": None,
    "Rate": 1.5,
    "Finished": True,
    "CreateDate": "2026-07-14T12:00:00-03:00",
    "LastUpdateDate": "2026-07-14T12:00:00.1234567-03:00",
    "Tags": [{"TagId": 7, "Name": "a"}, {"TagId": 8, "Name": None}],
    "Phones": [],
    "Company": {"Name": "Matriz"},
}


def resolve(row: dict[str, Any], path: str) -> Any:
    """Give the value at a path as the queries of the server do: an empty row has no values, and its lists are empty."""
    first, _, rest = path.partition("/")
    if first not in ROW or (rest and first != "Company"):
        raise BadQuery(f"Could not find a property named '{path}'.")
    if first in ("Tags", "Phones"):
        return [{"TagId": None, "Name": None} | one for one in row.get(first) or []]
    return (row.get(first) or {}).get(rest) if rest else row.get(first)


def holds(text: str, row: dict[str, Any] | None = None) -> bool:
    return compiled(text, resolve)(ROW if row is None else row)


@pytest.mark.parametrize(
    ("text", "true"),
    [
        ("Id eq 7", True),
        ("Id eq 8", False),
        ("Id ne 8", True),
        ("Id gt 6", True),
        ("Id gt 7", False),
        ("Id ge 7", True),
        ("Id lt 8", True),
        ("Id lt 7", False),
        ("Id le 7", True),
        ("Id gt -1", True),
        ("Rate eq 1.5", True),
        ("Rate gt 1", True),
        ("7 eq Id", True),
        ("Finished eq true", True),
        ("Finished eq false", False),
        ("Name eq 'Padaria D''Ávila'", True),
        ("Name eq 'padaria d''ávila'", False),
        ("Name eq ''", False),
        ("Note eq null", True),
        ("Note ne null", False),
        ("Name ne null", True),
        ("Note eq 'x'", False),
        ("Note ne 'x'", True),
        ("Note gt 1", False),
        ("Note lt 1", False),
        ("Company/Name eq 'Matriz'", True),
    ],
)
def test_a_value_is_compared(text: str, true: bool) -> None:
    """Nothing is neither more nor less than anything."""
    assert holds(text) is true


@pytest.mark.parametrize(
    ("text", "true"),
    [
        ("CreateDate eq 2026-07-14T15:00:00Z", True),
        ("CreateDate ge 2026-07-14T12:00:00-03:00", True),
        ("CreateDate gt 2026-07-14T15:00:00.000Z", False),
        ("CreateDate lt 2026-07-14T15:00:00.5Z", True),
        ("LastUpdateDate gt 2026-07-14T15:00:00.123Z", True),
        ("LastUpdateDate lt 2026-07-14T15:00:00.1234568Z", False),
        ("2026-07-14T14:59:59Z lt CreateDate", True),
        ("CreateDate eq null", False),
        ("CreateDate ne null", True),
    ],
)
def test_dates_are_compared_as_instants_whatever_their_offset_and_fraction(text: str, true: bool) -> None:
    """The seventh figure of a fraction does not count."""
    assert holds(text) is true


@pytest.mark.parametrize(
    ("text", "true"),
    [
        ("contains(Name,'aria')", True),
        ("contains(Name, 'xyz')", False),
        ("startswith(Name,'Pad')", True),
        ("startswith(Name,'aria')", False),
        ("endswith(Name,'vila')", True),
        ("endswith(Name,'Pad')", False),
        ("contains(Note,'x')", False),
        ("contains(Name,null)", False),
        ("contains(Company/Name,'tri')", True),
    ],
)
def test_a_part_of_a_text_is_looked_for(text: str, true: bool) -> None:
    assert holds(text) is true


@pytest.mark.parametrize(
    ("text", "true"),
    [
        ("Tags/any(t: t/TagId eq 7)", True),
        ("Tags/any(t:t/TagId eq 9)", False),
        ("Tags/any(t: t/TagId eq 9 or t/TagId eq 8)", True),
        ("Tags/any(t: t/TagId eq 7 and t/Name eq 'a')", True),
        ("Tags/any(t: t/TagId eq 8 and t/Name eq 'a')", False),
        ("Tags/any(t: contains(t/Name,'a'))", True),
        ("Tags/any(t: t/Name eq null)", True),
        ("Phones/any(p: p/TagId eq 7)", False),
        ("Id eq 7 and Tags/any(t: t/TagId eq 7)", True),
        ("not Tags/any(t: t/TagId eq 7)", False),
    ],
)
def test_one_of_a_list_is_enough_and_all_is_said_of_the_same_one(text: str, true: bool) -> None:
    assert holds(text) is true


@pytest.mark.parametrize(
    ("text", "true"),
    [
        ("Id eq 7 or Id eq 8 and Id eq 9", True),
        ("(Id eq 7 or Id eq 8) and Id eq 9", False),
        ("Id eq 7 and Id eq 8 or Id eq 7", True),
        ("not Id eq 8", True),
        ("not (Id eq 7)", False),
        ("not Id eq 8 and Id eq 8", False),
        ("not not Id eq 7", True),
        ("((Id eq 7))", True),
        ("  Id   eq  7 ", True),
        ("Id eq 8 or Id eq 9 or Id eq 7", True),
    ],
)
def test_and_binds_before_or_and_not_before_both(text: str, true: bool) -> None:
    assert holds(text) is true


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "Id",
        "Id eq",
        "eq 7",
        "Id eq 7 8",
        "Id eq 7 and",
        "Id eq 7 or or Id eq 8",
        "Id is 7",
        "Id = 7",
        "(Id eq 7",
        "Id eq 7)",
        "()",
        "not",
        "Name eq Padaria",
        "Name eq 'Padaria",
        "contains(Name)",
        "contains(Name,'x'",
        "contains Name,'x'",
        "Tags/any(t t/TagId eq 7)",
        "Tags/any(t: t/TagId eq 7",
        "Tags/all(t: t/TagId eq 7)",
        "CreateDate ge 2026-07-14",
        "CreateDate ge 2026-07-14T12:00:00",
        "CreateDate ge 2026-07-14T12:00:00 00:00",
        "CreateDate ge '2026-07-14T12:00:00Z",
        "Id eq 7a",
        "Id eq 7 \u2028; drop",
    ],
)
def test_what_cannot_be_read_is_refused_whatever_rows_there_are(text: str) -> None:
    with pytest.raises(BadQuery):
        compiled(text, resolve)


@pytest.mark.parametrize(
    "text",
    [
        "Nome eq 'x'",
        "contains(Nome,'x')",
        "Compania/Name eq 'x'",
        "Id eq Nome",
        "Etiquetas/any(t: t/TagId eq 7)",
        "Name/any(t: t/TagId eq 7)",
        "Tags/any(t: t/Id eq 7)",
        "Tags/any(t: contains(t/Nome,'x'))",
        "Tags/any(t: Nome eq 7)",
        "Tags/any(t: t eq 7)",
    ],
)
def test_a_name_that_there_is_not_is_refused_although_there_may_be_no_row(text: str) -> None:
    with pytest.raises(BadQuery):
        compiled(text, resolve)


@pytest.mark.parametrize("text", ["contains(Name,7)", "startswith(Name,true)", "endswith(Name,2026-07-14T12:00:00Z)"])
def test_only_a_text_is_looked_for_in_a_text(text: str) -> None:
    with pytest.raises(BadQuery, match="text"):
        compiled(text, resolve)


@pytest.mark.parametrize(
    "text",
    [
        "Name gt 1",
        "Name eq 7",
        "Id eq '7'",
        "Id ne '8'",
        "Rate le 'x'",
        "Finished eq 'true'",
        "Name ge 2026-07-14T12:00:00Z",
        "Name eq 2026-07-14T12:00:00Z",
        "Id lt 2026-07-14T12:00:00Z",
        "CreateDate eq 7",
    ],
)
def test_what_is_of_another_type_is_not_compared(text: str) -> None:
    """A document without its quotes is a number: the answer is a refusal, not an empty list."""
    with pytest.raises(BadQuery, match="incompatible types"):
        holds(text)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-07-14T12:00:00-03:00", datetime(2026, 7, 14, 15, tzinfo=UTC)),
        ("2026-07-14T12:00:00Z", datetime(2026, 7, 14, 12, tzinfo=UTC)),
        ("2026-07-14T12:00:00.5Z", datetime(2026, 7, 14, 12, 0, 0, 500_000, tzinfo=UTC)),
        ("2026-07-14T12:00:00.1234567-03:00", datetime(2026, 7, 14, 15, 0, 0, 123_456, tzinfo=UTC)),
    ],
)
def test_a_date_is_read_with_its_offset_and_any_fraction(text: str, instant: datetime) -> None:
    assert moment(text) == instant
