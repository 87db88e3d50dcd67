"""What lies further ahead than anything ever does was put off by a clock that was ahead: it is due now."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from claims.ahead import SLACK, put_right
from claims.sql import SqlClaims
from core.clock import FixedClock
from storage.models.sat import Caixa
from storage.session import reading, transaction

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LONGEST = timedelta(hours=3)


@dataclass(frozen=True)
class Row:
    """What is claimed and written."""

    id: int
    due_at: datetime


BOXES = SqlClaims(Caixa, Row, Row, ready=Caixa.ativo.is_(True))


def is_due(due_at: datetime) -> bool:
    """Tell whether a row is due once the clock is right again."""
    with transaction() as db:
        row = Caixa(nome="caixa", sessao=1, due_at=due_at)
        db.add(row)
        db.flush()
        number = row.id
    put_right(BOXES, LONGEST, Caixa.nome == "caixa", clock=FixedClock(NOW))
    with reading() as db:
        return db.get_one(Caixa, number).due_at == NOW


@pytest.mark.parametrize(
    ("ahead", "due"),
    [
        (LONGEST, False),
        (LONGEST + SLACK, False),
        (LONGEST + SLACK + timedelta(seconds=1), True),
        (timedelta(days=1500), True),
    ],
)
def test_what_lies_beyond_the_longest_wait_is_due(banco: str, ahead: timedelta, due: bool) -> None:
    assert is_due(NOW + ahead) is due


@pytest.mark.parametrize(
    "columns", [{"lease_token": "de alguém"}, {"ativo": False}, {"nome": "outra"}], ids=["held", "not ready", "another"]
)
def test_what_is_somebody_s_or_nobody_waits_for_is_left(sqlite: str, columns: dict[str, object]) -> None:
    with transaction() as db:
        row = Caixa(**{"nome": "caixa", "sessao": 1, "due_at": NOW + timedelta(days=1500), **columns})
        db.add(row)
        db.flush()
        number = row.id
    assert put_right(BOXES, LONGEST, Caixa.nome == "caixa", clock=FixedClock(NOW)) == 0
    with reading() as db:
        assert db.get_one(Caixa, number).due_at == NOW + timedelta(days=1500)


def test_how_many_are_put_right_is_told(sqlite: str) -> None:
    with transaction() as db:
        db.add_all(Caixa(nome=f"caixa-{n}", sessao=1, due_at=NOW + timedelta(days=n)) for n in range(4))
    clock = FixedClock(NOW)
    assert [put_right(BOXES, LONGEST, clock=clock) for _ in range(2)] == [3, 0]
