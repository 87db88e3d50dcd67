"""The options of a query: fields, what is expanded, order, page, and what there is not.

docs/reference/contracts/ploomes.md §2.
"""

from typing import Any

import pytest

from sandbox.ploomes.filters import BadQuery
from sandbox.ploomes.query import Query, Shape, shown

ROWS: dict[tuple[str, Any], dict[str, Any]] = {
    ("States", 1): {"Id": 1, "Name": "São Paulo", "Short": "SP"},
    ("Cities", 5): {"Id": 5, "Name": "Campinas", "StateId": 1},
    ("Contacts", 10): {"Id": 10, "Name": "Padaria", "CityId": 5, "Tags": [{"TagId": 7}]},
    ("Deals", 20): {"Id": 20, "Title": "Venda", "ContactId": 10},
}
TASKS: list[dict[str, Any]] = [
    {"Id": 3, "Title": "b", "DealId": 20, "CreateDate": "2026-07-14T12:00:00-03:00", "Tags": [{"TagId": 7}]},
    {"Id": 1, "Title": "a", "ContactId": 10, "CreateDate": "2026-07-14T14:00:00Z"},
    {"Id": 2, "Title": "b", "CreateDate": None},
]


def find(entity: str, number: Any) -> dict[str, Any] | None:
    return ROWS.get((entity, number))


def query(entity: str = "Tasks", **options: str) -> Query:
    return Query(entity, {f"${name}": value for name, value in options.items()}, find)


def ids(**options: str) -> list[int]:
    return [row["Id"] for row in query(**options).chosen(TASKS)]


def seen(entity: str, row: dict[str, Any], **options: str) -> dict[str, Any]:
    return shown(entity, row, query(entity, **options).shape(), find)


@pytest.mark.parametrize("name", ["$search", "$format", "$apply", "top", "select", "$Top"])
def test_an_option_that_there_is_not_is_refused_by_name(name: str) -> None:
    with pytest.raises(BadQuery) as refusal:
        Query("Tasks", {"$top": "1", name: "x"}, find)
    assert f"'{name}'" in str(refusal.value)


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("", [3, 1, 2]),
        ("Id", [1, 2, 3]),
        ("Id asc", [1, 2, 3]),
        ("Id desc", [3, 2, 1]),
        ("Title,Id", [1, 2, 3]),
        ("Title desc,Id", [2, 3, 1]),
        ("Title desc, Id desc", [3, 2, 1]),
        ("CreateDate", [2, 1, 3]),
        ("CreateDate desc", [3, 1, 2]),
    ],
)
def test_rows_come_in_the_order_asked_for_and_dates_by_their_instant(order: str, found: list[int]) -> None:
    """What is not there comes first."""
    assert ids(orderby=order) == found


def test_a_name_that_begins_like_a_year_is_no_date() -> None:
    rows = [{"Id": 1, "Name": "2001 Telhas"}, {"Id": 2, "Name": "1000 Tintas"}, {"Id": 3, "Name": "Ana"}]
    assert [row["Id"] for row in query("Contacts", orderby="Name").chosen(rows)] == [2, 1, 3]


@pytest.mark.parametrize("order", ["Nome", "Id up", "Id asc desc", "Tags", "Contact/Name", "id"])
def test_an_order_by_what_there_is_not_is_refused(order: str) -> None:
    with pytest.raises(BadQuery, match=r"Invalid \$orderby"):
        ids(orderby=order)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Id gt 1", [3, 2]),
        ("Contact/Name eq 'Padaria'", [1]),
        ("Deal/Contact/Name eq 'Padaria'", [3]),
        ("Contact/City/State/Short eq 'SP'", [1]),
        ("Contact/Name eq null", [3, 2]),
        ("Tags/any(t: t/TagId eq 7)", [3]),
    ],
)
def test_a_filter_follows_what_leads_to_another_entity(text: str, found: list[int]) -> None:
    assert ids(filter=text) == found


@pytest.mark.parametrize(
    "text",
    [
        "Contact eq 1",
        "Contact/Nome eq 'x'",
        "Contato/Name eq 'x'",
        "Title/Name eq 'x'",
        "Tags/TagId eq 7",
        "Tags/any(t: t/Nome eq 7)",
        "Title/any(t: t/TagId eq 7)",
    ],
)
def test_a_path_that_leads_nowhere_is_refused_although_there_is_no_row(text: str) -> None:
    with pytest.raises(BadQuery):
        query(filter=text).chosen([])


@pytest.mark.parametrize("option", ["$top", "$skip"])
def test_a_page_is_told_in_figures(option: str) -> None:
    name = option[1:]
    assert [query(**given).number(option) for given in ({}, {name: "0"}, {name: "300"})] == [None, 0, 300]  # type: ignore[arg-type]
    for wrong in ("", "-1", "1.5", "x", " 1", "²"):
        with pytest.raises(BadQuery, match="Invalid value"):
            query(**{name: wrong}).number(option)


def test_a_count_is_asked_for_in_one_of_two_words() -> None:
    assert [query(**given).counts for given in ({}, {"count": "false"}, {"count": "true"})] == [False, False, True]  # type: ignore[arg-type]
    for wrong in ("1", "True", ""):
        with pytest.raises(BadQuery, match="count"):
            assert query(count=wrong).counts


def test_without_options_every_plain_field_is_shown_and_nothing_that_leads_elsewhere() -> None:
    found = seen("Deals", ROWS["Deals", 20])
    assert found == {"Id": 20, "Title": "Venda", "ContactId": 10, "CreateDate": None, "LastUpdateDate": None}


@pytest.mark.parametrize("select", ["Id,Title", "Title, Id", " Id ,Title "])
def test_a_selection_shows_what_it_names(select: str) -> None:
    assert seen("Deals", ROWS["Deals", 20], select=select) == {"Id": 20, "Title": "Venda"}


@pytest.mark.parametrize(
    ("expand", "found"),
    [
        ("Tags", {"Id": 3, "Tags": [{"TagId": 7}]}),
        ("Tags($select=TagId)", {"Id": 3, "Tags": [{"TagId": 7}]}),
        ("Contact", {"Id": 3, "Contact": None}),
        ("Deal($select=Title)", {"Id": 3, "Deal": {"Title": "Venda"}}),
        ("Tags,Deal($select=Id)", {"Id": 3, "Tags": [{"TagId": 7}], "Deal": {"Id": 20}}),
        (
            "Deal($select=Id;$expand=Contact($select=Name;$expand=City($select=Name)))",
            {"Id": 3, "Deal": {"Id": 20, "Contact": {"Name": "Padaria", "City": {"Name": "Campinas"}}}},
        ),
        (
            "Deal( $select=Id ; $expand=Contact($select=Id;$expand=Tags) )",
            {"Id": 3, "Deal": {"Id": 20, "Contact": {"Id": 10, "Tags": [{"TagId": 7}]}}},
        ),
    ],
)
def test_what_leads_elsewhere_comes_when_it_is_expanded(expand: str, found: dict[str, Any]) -> None:
    assert seen("Tasks", TASKS[0], select="Id", expand=expand) == found


def test_a_list_that_is_not_there_is_empty_and_its_items_have_every_field() -> None:
    assert seen("Tasks", TASKS[1], select="Id", expand="Tags") == {"Id": 1, "Tags": []}
    contact = {"Id": 1, "Phones": [{"PhoneNumber": "(19) 3232-1010"}]}
    phone = {"PhoneNumber": "(19) 3232-1010", "TypeId": None, "CountryId": None}
    assert seen("Contacts", contact, select="Id", expand="Phones") == {"Id": 1, "Phones": [phone]}
    only = seen("Contacts", contact, select="Id", expand="Phones($select=TypeId, CountryId)")
    assert only == {"Id": 1, "Phones": [{"TypeId": None, "CountryId": None}]}


@pytest.mark.parametrize(
    "options",
    [
        {"select": "Nome"},
        {"select": "Id,,Title"},
        {"select": "Tags"},
        {"select": "Contact"},
        {"expand": "Nome"},
        {"expand": "Title"},
        {"expand": "Tags($select=Nome)"},
        {"expand": "Tags($expand=Tag)"},
        {"expand": "Tags($top=1)"},
        {"expand": "Deal($select=Nome)"},
        {"expand": "Deal($filter=Id eq 1)"},
        {"expand": "Deal($select=Id"},
        {"expand": "Deal($select=Id)x"},
        {"expand": "Deal($expand=Contact($expand=City($expand=State)))"},
    ],
)
def test_what_there_is_not_or_lies_too_deep_is_refused(options: dict[str, str]) -> None:
    """Three steps are as far as an expansion goes."""
    with pytest.raises(BadQuery):
        query(**options).shape()


def test_a_shape_says_what_is_shown_at_each_step() -> None:
    found = query(select="Id", expand="Deal($select=Id;$expand=Contact)").shape()
    assert found == Shape(frozenset({"Id"}), {"Deal": Shape(frozenset({"Id"}), {"Contact": Shape()})})
