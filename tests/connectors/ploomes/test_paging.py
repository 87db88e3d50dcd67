"""A list is read to an end that is proven, whoever gives its pages."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.base.faults import Overloaded, TooLarge, Unintelligible
from connectors.base.teller import Teller
from connectors.ploomes import faults
from connectors.ploomes.paging import ROUNDS, Answer, Page, Pages, Reading

NOON = datetime(2026, 7, 14, 15, tzinfo=UTC)
Options = dict[str, object]
Fault = Callable[[Answer], Answer]


def empty(answer: Answer) -> Answer:
    """Lie that there is nothing."""
    return Answer([], answer.count, answer.now)


class Table:
    """Rows by id, given as the options ask for them; `faults` are for one answer each, in their order."""

    def __init__(self, ids: Iterable[int], *faults_: Fault | Exception | None, counts: bool = True) -> None:
        self.ids, self.faults, self.counts = list(ids), list(faults_), counts
        self.asked: list[Options] = []

    def ask(self, entity: str, options: Options) -> Answer:
        assert entity == "Contacts"
        self.asked.append(options)
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, Exception):
            raise fault
        behind = int(str(options.get("filter") or "0").rpartition(" ")[2])
        found = [{"Id": number} for number in sorted(self.ids) if number > behind]
        answer = Answer(found[: int(str(options["top"]))], len(found) if self.counts else None, NOON)
        return fault(answer) if fault else answer

    def pages(self, size: int = 2, reading: Reading | None = None) -> Pages:
        return Pages(self.ask, Teller("Ploomes padrao", faults.TABLE), reading or Reading("Contacts"), size)

    @property
    def sizes(self) -> list[object]:
        return [one["top"] for one in self.asked]


def ids(pages: Iterable[Page[dict[str, Any]]]) -> list[list[int]]:
    return [[row["Id"] for row in page.rows] for page in pages]


def test_pages_follow_one_another_by_id_to_an_empty_one() -> None:
    table = Table([1, 3, 5, 8, 9])
    pages = list(table.pages().read())
    assert ids(pages) == [[1, 3], [5, 8], [9], []]
    assert [(page.now, page.whole) for page in pages] == [(NOON, True)] * 4
    assert [one["filter"] for one in table.asked] == ["", "Id gt 3", "Id gt 8", "Id gt 9"]


def test_what_is_asked_for_stands_in_every_page_and_a_count_is_asked_for_without_rows() -> None:
    reading = Reading("Contacts", "Name ne 0", (("expand", "Tags"),))
    table = Table([1], None, empty, counts=False)
    list(table.pages(reading=reading).read())
    page = {"filter": "Name ne 0", "orderby": "Id", "top": 2, "count": "true", "expand": "Tags"}
    assert table.asked[0] == page
    assert table.asked[1] == page | {"filter": "Name ne 0 and Id gt 1"}
    assert table.asked[2] == {"filter": "Name ne 0", "top": 0, "count": "true"}


def test_an_empty_list_is_believed_when_the_count_says_so_too() -> None:
    table = Table([])
    assert list(table.pages().read()) == [Page((), NOON)]
    assert table.sizes == [2, 0]


def test_a_list_is_read_from_behind_an_id() -> None:
    table = Table([1, 2, 3])
    assert ids(table.pages().read(after=1)) == [[2, 3], []]
    assert [one["filter"] for one in table.asked] == ["Id gt 1", "Id gt 3"]


def test_an_empty_page_that_the_count_contradicts_is_asked_for_again() -> None:
    table = Table([1, 2, 3, 4], None, empty)
    assert ids(table.pages().read()) == [[1, 2], [3, 4], []]


def test_rows_that_become_visible_behind_the_place_are_found_and_no_row_comes_twice() -> None:
    def hole(answer: Answer) -> Answer:
        return Answer(answer.rows[1:], answer.count, answer.now)

    table = Table([1, 2, 3], hole)
    assert ids(table.pages(3).read()) == [[2, 3], [1], []]


def test_a_list_that_lacks_what_its_count_says_is_no_list() -> None:
    table = Table([1, 2], *[empty] * 9)
    with pytest.raises(Unintelligible, match="acabou antes do total"):
        list(table.pages().read())
    assert table.sizes.count(2) == ROUNDS


@pytest.mark.parametrize("amount", [0, 3])
def test_without_a_count_two_empty_pages_are_the_end_and_prove_nothing(amount: int) -> None:
    table = Table(range(1, amount + 1), counts=False)
    *before, last = table.pages(5).read()
    assert ids(before) == ([[1, 2, 3]] if amount else [])
    assert (last.rows, last.whole) == ((), False)


def test_what_goes_while_the_list_is_read_is_not_waited_for() -> None:
    table = Table([1, 2, 3, 4])
    reading = table.pages().read()
    next(reading)
    table.ids.remove(4)
    assert ids(reading) == [[3], []]


def test_an_answer_that_is_too_large_halves_the_pages_from_then_on() -> None:
    table = Table([1, 2, 3, 4, 5], TooLarge(), TooLarge())
    assert ids(table.pages(9).read()) == [[1, 2], [3, 4], [5], []]
    assert table.sizes[:4] == [9, 4, 2, 2]


def test_one_row_that_is_too_large_is_told() -> None:
    table = Table([1], TooLarge(), TooLarge(), TooLarge())
    with pytest.raises(TooLarge):
        list(table.pages(5).read())
    assert table.sizes == [5, 2, 1]


def test_another_fault_is_told_at_once() -> None:
    table = Table([1], Overloaded())
    with pytest.raises(Overloaded):
        list(table.pages().read())
    assert len(table.asked) == 1


def turned(answer: Answer) -> Answer:
    return Answer(answer.rows[::-1], answer.count, answer.now)


def doubled(answer: Answer) -> Answer:
    return Answer(answer.rows + answer.rows[-1:], answer.count, answer.now)


def from_the_beginning(answer: Answer) -> Answer:
    return Answer([{"Id": 1}, {"Id": 2}], answer.count, answer.now)


@pytest.mark.parametrize("faults_", [(turned,), (doubled,), (None, from_the_beginning)])
def test_an_order_that_is_ignored_is_told(faults_: tuple[Fault | None, ...]) -> None:
    """Where the order is another one the next page would leave rows out."""
    with pytest.raises(Unintelligible, match="não vem na ordem"):
        list(Table([1, 2, 3], *faults_).pages().read())


def test_a_row_that_was_not_asked_for_is_told_as_what_it_is() -> None:
    reading = Reading("Contacts", outside=lambda row: faults.UNTAGGED if row["Id"] == 3 else None)
    found = Table([1, 2, 3]).pages(reading=reading).read()
    assert [row["Id"] for row in next(found).rows] == [1, 2]
    with pytest.raises(Unintelligible, match="etiquetas"):
        next(found)
