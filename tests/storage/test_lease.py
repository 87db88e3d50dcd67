import itertools
import subprocess
import sys
import threading
from datetime import datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Table, delete, select
from support.lease_contract import NOW, LeaseContract

from core.clock import SYSTEM, FixedClock
from storage import owner
from storage.lease import Lease
from storage.models import Caixa
from storage.recovery import recover
from storage.session import reading, transaction

BOXES = Lease(cast("Table", Caixa.__table__))
_names = itertools.count()


class SqlSide:
    """Our own rows, each call in a transaction of its own."""

    def add(self, due_at: datetime) -> int:
        with transaction() as db:
            row = Caixa(nome=f"caixa-{next(_names)}", sessao=1, due_at=due_at)
            db.add(row)
            db.flush()
            return row.id

    def claim(self, now: datetime, seconds: float, limit: int, token: str) -> list[int]:
        with transaction() as db:
            return [row.id for row in BOXES.claim(db, now, seconds, limit, token=token)]

    def settle(self, token: str, ids: list[int], due_at: datetime) -> None:
        with transaction() as db:
            BOXES.settle(db, token, [{"id": row, "due_at": due_at} for row in ids])

    def release(self, token: str, now: datetime, ids: list[int] | None = None) -> int:
        with transaction() as db:
            return BOXES.release(db, token, now, ids)

    def renew(self, token: str, now: datetime, seconds: float) -> int:
        with transaction() as db:
            return BOXES.renew(db, token, now, seconds)

    def holder(self, row: int) -> Any:
        with reading() as db:
            return db.scalar(select(Caixa.lease_token).where(Caixa.id == row))


@pytest.fixture
def side(banco: str) -> SqlSide:
    return SqlSide()


class TestSqlLease(LeaseContract):
    pass


def test_rivals_at_the_same_time_never_hold_the_same_row(side: SqlSide) -> None:
    rows = [side.add(NOW) for _ in range(40)]
    held: list[int] = []

    def rival(name: str) -> None:
        while claimed := side.claim(NOW, 60, 3, name):
            held.extend(claimed)

    rivals = [threading.Thread(target=rival, args=(f"r{n}",)) for n in range(4)]
    for thread in rivals:
        thread.start()
    for thread in rivals:
        thread.join()
    assert sorted(held) == sorted(rows)


def test_what_a_dead_process_held_is_given_back_at_once(side: SqlSide) -> None:
    row = side.add(NOW)
    program = "from storage.owner import new_token; print(new_token())"
    token = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()
    side.claim(NOW, 3600, 1, token)
    assert recover((BOXES,), FixedClock(NOW)) == 1
    assert side.claim(NOW, 60, 1, "b") == [row]


def test_what_the_living_and_other_machines_hold_is_left(side: SqlSide) -> None:
    rows = [side.add(NOW), side.add(NOW)]
    mine = owner.new_token()
    side.claim(NOW, 3600, 1, mine)
    side.claim(NOW, 3600, 1, "outra-maquina|1|1|abc")
    assert recover((BOXES,), SYSTEM) == 0
    assert {side.holder(row) for row in rows} == {mine, "outra-maquina|1|1|abc"}


class LeaseMachine(RuleBasedStateMachine):
    """Whatever the order of calls, a row has one holder until its lease ends, it settles, or lets go."""

    @initialize()
    def start(self) -> None:
        with transaction() as db:
            db.execute(delete(Caixa))
        self.side, self.now = SqlSide(), NOW
        self.model = {self.side.add(NOW): (None, NOW) for _ in range(4)}

    @rule(token=st.sampled_from("abc"), limit=st.integers(1, 4))
    def claim(self, token: str, limit: int) -> None:
        claimed = self.side.claim(self.now, 10, limit, token)
        due = [row for row, (_, due_at) in self.model.items() if due_at <= self.now]
        assert len(claimed) == min(limit, len(due))
        assert set(claimed) <= set(due)
        for row in claimed:
            self.model[row] = (token, self.now + timedelta(seconds=10))

    @rule(token=st.sampled_from("abc"), wait=st.integers(0, 20))
    def settle(self, token: str, wait: int) -> None:
        due_at = self.now + timedelta(seconds=wait)
        self.side.settle(token, list(self.model), due_at)
        for row, (holder, _) in self.model.items():
            if holder == token:
                self.model[row] = (None, due_at)

    @rule(token=st.sampled_from("abc"))
    def release(self, token: str) -> None:
        held = [row for row, (holder, _) in self.model.items() if holder == token]
        assert self.side.release(token, self.now) == len(held)
        self.model.update(dict.fromkeys(held, (None, self.now)))

    @rule(seconds=st.integers(1, 15))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @invariant()
    def the_rows_are_the_model(self) -> None:
        with reading() as db:
            stored = {row.id: (row.lease_token, row.due_at) for row in db.scalars(select(Caixa))}
        assert stored == self.model


def test_any_order_of_calls_keeps_the_protocol(sqlite: str) -> None:
    run_state_machine_as_test(LeaseMachine, settings=settings(max_examples=25, stateful_step_count=20, deadline=None))
