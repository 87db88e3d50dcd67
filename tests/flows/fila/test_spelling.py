"""Rows that an older version noted with the date of its session's zone are noted as they are known now."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select

from connectors.oracle.orders import Order
from flows.fila.spelling import renew, two_ways
from storage.models.fila import FilaLinha
from storage.session import reading, transaction

INSTANT = datetime(2026, 7, 14, 15, tzinfo=UTC)
SHOP = timezone(timedelta(hours=-3))
SHOWN = INSTANT.astimezone(SHOP)


def order(number: int, created: datetime | None = SHOWN) -> Order:
    return Order(number, str(number), "texto", created)


def note(*identities: str, conta: str = "padrao") -> None:
    with transaction() as db:
        db.add_all(
            FilaLinha(conta=conta, identidade=one, linha=one.partition("@")[0], em=INSTANT) for one in identities
        )


def noted(conta: str = "padrao") -> list[str]:
    with reading() as db:
        return list(db.scalars(select(FilaLinha.identidade).where(FilaLinha.conta == conta).order_by(FilaLinha.id)))


def renewed(orders: Iterable[Order], conta: str = "padrao") -> set[str]:
    with transaction() as db:
        return renew(db, conta, list(orders))


@pytest.mark.parametrize(
    ("created", "two"),
    [
        (INSTANT.astimezone(SHOP), True),
        (INSTANT, False),
        (INSTANT.replace(tzinfo=None), False),
        (None, False),
    ],
    ids=["in another zone", "in UTC", "without a zone", "without a date"],
)
def test_only_a_date_that_a_session_shows_in_its_own_zone_has_two_spellings(
    created: datetime | None, two: bool
) -> None:
    assert two_ways([order(7, created)]) == ([order(7, created)] if two else [])


def test_what_was_noted_otherwise_is_noted_as_it_is_known_now(banco: str) -> None:
    one, two, new = order(1), order(2), order(3)
    note(one.noted_before, two.identity, "9@outra")
    assert renewed([one, two, new]) == {one.identity}
    assert noted() == [one.identity, two.identity, "9@outra"]
    assert renewed([one, two, new]) == set()


def test_a_row_that_is_noted_both_ways_keeps_both(banco: str) -> None:
    """Nothing may be noted twice in one way."""
    one = order(1)
    note(one.noted_before, one.identity)
    assert renewed([one]) == set()
    assert noted() == [one.noted_before, one.identity]


def test_another_account_s_rows_are_none_of_this_one(banco: str) -> None:
    one = order(1)
    note(one.noted_before, conta="filial")
    note(one.noted_before)
    assert renewed([one]) == {one.identity}
    assert noted("filial") == [one.noted_before]


def test_a_row_of_another_account_that_is_noted_as_now_keeps_none_back(banco: str) -> None:
    one = order(1)
    note(one.identity, conta="filial")
    note(one.noted_before)
    assert renewed([one]) == {one.identity}


def test_where_there_is_one_spelling_the_database_is_not_asked(sqlite: str) -> None:
    plain = order(1, INSTANT)
    note(plain.identity)
    assert renewed([plain]) == set()
    assert renewed([]) == set()
    assert noted() == [plain.identity]
