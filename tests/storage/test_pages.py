"""Pages by key: nothing is told twice or left out, whatever comes or goes between two of them."""

import pytest
from sqlalchemy import delete, select
from support.deliveries import fire, owned, webhook

from core.caller import OPERATOR, Caller
from core.page import Page
from storage.models.destinos import Destino
from storage.models.eventos import Event
from storage.pages import LARGEST_KEY, key_of, newest_first, oldest_first, visible
from storage.session import reading, transaction

NUMBERS = select(Event.id)


def page(turn: object, after: int | None, size: int) -> Page[int]:
    with reading() as db:
        return turn(db, NUMBERS, Event.id, after, size).map(lambda row: row[0])  # type: ignore[operator, no-any-return]


@pytest.mark.parametrize(
    ("turn", "wanted"),
    [(newest_first, [(5, 4), (3, 2), (1,)]), (oldest_first, [(1, 2), (3, 4), (5,)])],
    ids=["newest", "oldest"],
)
def test_pages_follow_one_another_until_the_end(banco: str, turn: object, wanted: list[tuple[int, ...]]) -> None:
    fire(5)
    after, found = None, []
    while True:
        one = page(turn, after, 2)
        found.append(one.itens)
        if (after := one.depois) is None:
            break
    assert found == wanted


def test_a_page_that_is_just_full_is_the_end(sqlite: str) -> None:
    fire(2)
    assert page(newest_first, None, 2) == Page((2, 1), None)


def test_rows_that_come_and_go_move_no_page(sqlite: str) -> None:
    fire(4)
    first = page(newest_first, None, 2)
    fire(3)
    with transaction() as db:
        db.execute(delete(Event).where(Event.id == 3))
    assert page(newest_first, first.depois, 2).itens == (2, 1)


@pytest.mark.parametrize(("after", "wanted"), [(10**30, (2, 1)), (2, (1,)), (0, ()), (-(10**30), ())])
def test_a_page_may_be_asked_for_after_any_number(banco: str, after: int, wanted: tuple[int, ...]) -> None:
    fire(2)
    assert page(newest_first, after, 10).itens == wanted


def test_nothing_is_an_empty_page(sqlite: str) -> None:
    assert page(newest_first, None, 10) == Page(())


@pytest.mark.parametrize("size", [0, -5])
def test_a_page_has_at_least_one_row(sqlite: str, size: int) -> None:
    fire(2)
    assert page(newest_first, None, size).itens == (2,)


def test_a_caller_sees_only_what_is_his(sqlite: str) -> None:
    mine, yours = webhook("https://exemplo.com/a"), webhook("https://exemplo.com/b")
    webhook("https://exemplo.com/c")
    ana, rui = owned(mine, "ana"), owned(yours, "rui")

    def seen(caller: Caller) -> list[int]:
        with reading() as db:
            return list(db.scalars(select(Destino.id).where(visible(caller, Destino.usuario_id)).order_by(Destino.id)))

    assert [seen(caller) for caller in (OPERATOR, Caller(ana), Caller(rui), Caller(999))] == [
        [mine, yours, 3],
        [mine],
        [yours],
        [],
    ]


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0", 0),
        ("17", 17),
        (str(LARGEST_KEY), LARGEST_KEY),
        (str(LARGEST_KEY + 1), None),
        ("9" * 5000, None),
        ("-1", None),
        ("1.5", None),
        ("٧", None),
        ("²", None),
        ("", None),
    ],
)
def test_a_number_that_is_typed_is_one_that_a_row_may_have(typed: str, number: int | None) -> None:
    assert key_of(typed) == number
