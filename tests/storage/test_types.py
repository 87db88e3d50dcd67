"""Instants and secrets come back as they went in, whatever the database."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import text
from sqlalchemy.exc import StatementError
from support.deliveries import SECRET, destination, webhook

from storage.models import Marca
from storage.session import reading, transaction

AT = datetime(2026, 3, 2, 9, 30, 1, 250_000, tzinfo=timezone(timedelta(hours=-3)))


def test_an_instant_comes_back_aware_and_in_utc(banco: str) -> None:
    with transaction() as db:
        db.add(Marca(nome="a", instante=AT))
    with reading() as db:
        found = db.get_one(Marca, "a").instante
    assert found == AT
    assert found.tzinfo == UTC


def test_instants_compare_whatever_their_offset(banco: str) -> None:
    with transaction() as db:
        db.add(Marca(nome="a", instante=AT))
    with reading() as db:
        later = db.query(Marca).filter(Marca.instante > AT.astimezone(UTC) - timedelta(microseconds=1)).count()
        assert (later, db.query(Marca).filter(Marca.instante > AT).count()) == (1, 0)


def test_a_naive_instant_does_not_reach_the_database(banco: str) -> None:
    naive = AT.replace(tzinfo=None)
    with pytest.raises(StatementError, match="naive"), transaction() as db:
        db.add(Marca(nome="a", instante=naive))


def test_a_secret_is_stored_encrypted_and_read_as_it_was(banco: str) -> None:
    destino = webhook("https://exemplo.com/", segredo=SECRET)
    with reading() as db:
        stored = bytes(db.execute(text("SELECT secret_key FROM destino")).scalar_one())
    assert SECRET.encode() not in stored
    assert destination(destino).secret_key == SECRET
    assert destination(destino).secret_anterior is None
