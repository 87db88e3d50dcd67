"""Sums of decimals are exact however large they are: SQLite adds integers, and ends where they pass its largest."""

from decimal import Decimal

from sqlalchemy import case, false, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from storage.session import engine, reading, transaction
from storage.sums import ExactSum
from storage.types import Exact


class _Amounts(DeclarativeBase):
    pass


class _Amount(_Amounts):
    __tablename__ = "test_amount"
    id: Mapped[int] = mapped_column(primary_key=True)
    de: Mapped[str]
    valor: Mapped[Decimal | None] = mapped_column(Exact(18, 2))


GREATEST = Decimal("9999999999999999.99")


def test_sums_are_exact_and_in_their_order_however_large_they_are(banco: str) -> None:
    _Amounts.metadata.create_all(engine())
    values = {"most": [GREATEST] * 12, "more": [GREATEST] * 11, "one": [GREATEST, None], "less": [Decimal("-2.55")] * 2}
    with transaction() as db:
        db.add_all([_Amount(de=name, valor=one) for name, some in values.items() for one in some])
    whole = ExactSum(_Amount.valor)
    with reading() as db:
        found = db.execute(select(_Amount.de, whole).group_by(_Amount.de).order_by(whole.desc())).all()
        some = db.scalar(select(ExactSum(case((_Amount.de == "more", _Amount.valor)))))
        nothing = db.scalar(select(whole).where(false()))
    assert [(name, str(value)) for name, value in found] == [
        ("most", "119999999999999999.88"),
        ("more", "109999999999999999.89"),
        ("one", "9999999999999999.99"),
        ("less", "-5.10"),
    ]
    assert (some, nothing) == (11 * GREATEST, None)
    _Amounts.metadata.drop_all(engine())
