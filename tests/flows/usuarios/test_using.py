"""Who only reads waits for nobody that writes; the last use is noted where that costs nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, update
from support.ports import soon

from core.clock import SYSTEM, FixedClock
from flows.usuarios import managing, sessions, tokens
from flows.usuarios.passwords import definir
from flows.usuarios.tokens import Quem
from storage import session
from storage.models.acesso import Sessao, TokenAPI
from storage.session import reading, transaction

PASSWORD = "uma senha boa"  # pragma: allowlist secret
LATER = timedelta(minutes=5)
Asked = Callable[[FixedClock], Quem | None]


def of_token(clock: FixedClock) -> tuple[Asked, Any]:
    token = tokens.criar("ana", clock=clock).token
    return lambda when: tokens.quem(token, when), TokenAPI.ultimo_uso


def of_session(clock: FixedClock) -> tuple[Asked, Any]:
    definir("ana", PASSWORD)
    begun = sessions.begin("ana", PASSWORD, clock=clock)
    assert begun is not None
    return lambda when: sessions.quem(begun.token, when), Sessao.usada_em


def noted(column: Any) -> datetime | None:
    with reading() as db:
        found: datetime | None = db.scalar(select(column))
        return found


@pytest.mark.parametrize("shown", [of_token, of_session])
def test_who_asks_while_another_writes_is_known_at_once_and_the_next_use_is_noted(
    banco: str, shown: Callable[[FixedClock], tuple[Asked, Any]]
) -> None:
    managing.criar("ana")
    clock = FixedClock(SYSTEM.now())
    ask, column = shown(clock)
    before = noted(column)
    clock.advance(LATER.total_seconds())
    with transaction() as db, soon():
        # the row of PostgreSQL, all of SQLite
        db.execute(update(column.class_).values({column: column}))
        assert ask(clock) is not None
    assert noted(column) == before
    assert ask(clock) is not None
    assert noted(column) == clock.now()


@pytest.mark.parametrize("shown", [of_token, of_session])
def test_who_asks_of_a_database_that_cannot_be_written_is_known(
    sqlite: str, shown: Callable[[FixedClock], tuple[Asked, Any]]
) -> None:
    managing.criar("ana")
    clock = FixedClock(SYSTEM.now())
    ask, column = shown(clock)
    before = noted(column)
    clock.advance(LATER.total_seconds())
    session.engine().dispose()
    event.listen(session.engine(), "connect", lambda driver, _: driver.execute("PRAGMA query_only=ON"))
    assert ask(clock) is not None
    assert noted(column) == before
