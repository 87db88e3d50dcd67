"""What is too old goes batch by batch, each in a transaction of its own."""

import pytest
from sqlalchemy import func, select

from storage import forgetting
from storage.forgetting import forget
from storage.models.usuarios import Usuario
from storage.rows import table_of
from storage.session import reading, transaction

USERS = table_of(Usuario)
OLD = select(USERS.c.id).where(USERS.c.username.like("velho%")).order_by(USERS.c.id)


def left() -> int:
    with reading() as db:
        return db.scalar(select(func.count()).select_from(USERS)) or 0


def test_each_batch_is_gone_before_the_next_begins(banco: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "BATCH", 2)
    with transaction() as db:
        db.add_all([Usuario(username=f"velho{number}") for number in range(5)] + [Usuario(username="novo")])
    steps = [(step["usuarios"], left()) for step in forget(USERS, OLD, "usuarios")]
    assert steps == [(2, 4), (2, 2), (1, 1)]


def test_nothing_old_is_no_step(banco: str) -> None:
    assert list(forget(USERS, OLD, "usuarios")) == []
