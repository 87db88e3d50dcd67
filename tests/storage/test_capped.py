"""Rows are counted so far and no further."""

import pytest
from sqlalchemy import func, select, text
from support.deliveries import fire, webhook

from core.capped import Capped
from storage.capped import capped
from storage.models.eventos import OPEN_SQL, Delivery, Event
from storage.session import reading


@pytest.mark.parametrize(("most", "found"), [(2, Capped(2, more=True)), (3, Capped(3)), (9, Capped(3))])
def test_a_count_ends_at_its_limit(banco: str, most: int, found: Capped) -> None:
    webhook("https://example.com/")
    fire(3)
    joined = select(Delivery.id).join(Event).order_by(Delivery.id.desc())
    with reading() as db:
        assert capped(db, joined, most) == found
        assert capped(db, select(Delivery.id).where(text(OPEN_SQL)), most) == found
        assert capped(db, joined.where(Delivery.id < 0), most) == Capped()
        assert not capped(db, joined.where(Delivery.id < 0))
        assert db.scalar(select(func.count()).select_from(Delivery)) == 3
