"""Counts, rows that may be there already, pages: the same on both databases."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Select, delete, select, update

from storage.models.limites import Balde, Marca
from storage.rows import add_missing, after, changed, delete_chosen, table_of, upsert
from storage.session import reading, transaction

NOW = datetime(2026, 6, 1, tzinfo=UTC)
LATER = datetime(2026, 6, 2, tzinfo=UTC)


def bucket(nome: str, tokens: float) -> dict[str, object]:
    return {"conta": "padrao", "nome": nome, "tokens": tokens, "updated_at": NOW}


@pytest.fixture
def filled(banco: str) -> None:
    with transaction() as db:
        add_missing(db, Balde, [bucket(name, 1) for name in "abcde"])


def tokens() -> dict[str, float]:
    with reading() as db:
        return {row.nome: row.tokens for row in db.scalars(select(Balde))}


def test_a_statement_tells_how_many_rows_it_touched(filled: None) -> None:
    with transaction() as db:
        assert changed(db, update(Balde).where(Balde.nome < "c").values(tokens=2)) == 2
        assert changed(db, delete(Balde).where(Balde.nome == "z")) == 0


def test_rows_that_are_there_stay_as_they_are(filled: None) -> None:
    with transaction() as db:
        add_missing(db, Balde, [bucket("a", 9), bucket("f", 9)])
        add_missing(db, Balde, [])
    assert (tokens()["a"], tokens()["f"]) == (1, 9)


@pytest.mark.parametrize("columns", [(), ("instante",)])
def test_an_upsert_writes_what_it_names(banco: str, columns: tuple[str, ...]) -> None:
    with transaction() as db:
        upsert(db, Marca, [{"nome": "x", "instante": NOW}], ["nome"])
        upsert(db, Marca, [{"nome": "x", "instante": LATER}, {"nome": "y", "instante": NOW}], ["nome"], *columns)
        upsert(db, Marca, [], ["nome"])
    with reading() as db:
        assert {row.nome: row.instante for row in db.scalars(select(Marca))} == {"x": LATER, "y": NOW}


def _after(query: Select[Any], order: Sequence[Any], last: Sequence[Any] | None) -> Select[Any]:
    return query if last is None else query.where(after(order, last))


def test_pages_follow_each_other_without_gap_or_repeat(filled: None) -> None:
    order, seen = (Balde.tokens, Balde.nome), list[str]()
    last = None
    with reading() as db:
        while rows := db.execute(_after(select(*order), order, last).order_by(*order).limit(2)).all():
            seen += [row.nome for row in rows]
            last = tuple(rows[-1])
        assert seen == list("abcde")
        assert db.scalars(select(Balde.nome).where(after(order, (1, "d")))).all() == ["e"]


def test_a_batch_is_deleted_and_counted(banco: str) -> None:
    from storage.models.usuarios import Usuario

    with transaction() as db:
        db.add_all([Usuario(username=f"u{n}") for n in range(5)])
        db.flush()
        users = table_of(Usuario)
        assert delete_chosen(db, users, select(users.c.id).order_by(users.c.id).limit(3)) == 3
        assert db.scalars(select(Usuario.username)).all() == ["u3", "u4"]
