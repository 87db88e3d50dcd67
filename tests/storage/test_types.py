"""Instants, decimals and secrets come back as they went in, whatever the database."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from support.deliveries import SECRET, destination, webhook

from storage.models.limites import Marca
from storage.session import engine, reading, transaction
from storage.types import EncryptedBytes, Exact

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


class _Figures(DeclarativeBase):
    pass


class _Figure(_Figures):
    __tablename__ = "test_figure"
    id: Mapped[int] = mapped_column(primary_key=True)
    money: Mapped[Decimal | None] = mapped_column(Exact(15, 2))
    price: Mapped[Decimal | None] = mapped_column(Exact(21, 10))


class _Safe(_Figures):
    __tablename__ = "test_safe"
    id: Mapped[int] = mapped_column(primary_key=True)
    segredo: Mapped[bytes | None] = mapped_column(EncryptedBytes)


def test_decimals_stay_exact_also_when_summed_and_compared(banco: str) -> None:
    _Figures.metadata.create_all(engine())
    greatest, price = Decimal("9999999999999.99"), Decimal("99999999999.0123456789")
    with transaction() as db:
        db.add_all(
            [_Figure(money=greatest, price=price), _Figure(money=Decimal("0.01")), _Figure(money=Decimal("0.1"))]
        )
    with reading() as db:
        assert db.scalar(select(func.sum(_Figure.money))) == Decimal("10000000000000.10")
        assert db.scalar(select(_Figure.money).where(_Figure.money > Decimal("0.1"))) == greatest
        assert db.scalar(select(_Figure.price).where(_Figure.id == 1)) == price
        assert db.scalars(select(_Figure.money).order_by(_Figure.money)).all() == [
            Decimal("0.01"),
            Decimal("0.10"),
            greatest,
        ]
    _Figures.metadata.drop_all(engine())


@pytest.mark.parametrize("value", ["10000000000000.00", "-1e20"])
def test_a_decimal_that_does_not_fit_is_refused(banco: str, value: str) -> None:
    _Figures.metadata.create_all(engine())
    with pytest.raises((StatementError, DBAPIError)), transaction() as db:
        db.add(_Figure(money=Decimal(value)))
    _Figures.metadata.drop_all(engine())


def test_bytes_at_rest_are_no_text_and_come_back_as_they_were(banco: str) -> None:
    _Figures.metadata.create_all(engine())
    content = bytes(range(256))
    with transaction() as db:
        db.add_all([_Safe(id=1, segredo=content), _Safe(id=2, segredo=None)])
    with reading() as db:
        stored = bytes(db.scalar(text("SELECT segredo FROM test_safe WHERE id = 1")))
        assert content[:8] not in stored
        assert db.scalars(select(_Safe.segredo).order_by(_Safe.id)).all() == [content, None]
    _Figures.metadata.drop_all(engine())
