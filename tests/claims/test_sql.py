"""The SQL home of claims keeps the contract, in any order of calls, on both databases."""

import itertools
import subprocess
import sys
import threading
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import delete, insert, select, text

from claims import holder
from claims.crash import after_crash
from claims.sql import SqlClaims
from core.clock import FixedClock
from storage.models.sat import Caixa, CaixaHistorico
from storage.session import engine, reading, transaction
from tests.claims.contract import NOW, ClaimsContract, after


@dataclass(frozen=True)
class Row:
    """What a claim reads."""

    id: int
    nome: str
    sessao: int


@dataclass(frozen=True)
class Outcome:
    """What a settlement writes."""

    id: int
    due_at: datetime
    erro: str | None = None
    parada: bool = False
    falhando_desde: datetime | None = None


BOXES = SqlClaims(
    Caixa,
    Row,
    Outcome,
    claimed={"sessao": Caixa.sessao + 1},
    given_back={"resultado": "devolvida"},
    crashed={"resultado": "desconhecido"},
)
_names = itertools.count()


class SqlHome:
    """Our own rows, each call in a transaction of its own."""

    def add(self, due_at: datetime) -> int:
        with transaction() as db:
            row = Caixa(nome=f"caixa-{next(_names)}", sessao=1, due_at=due_at)
            db.add(row)
            db.flush()
            return row.id

    def claim(self, limit: int, now: datetime, seconds: float, token: str) -> list[int]:
        with transaction() as db:
            return [row.id for row in BOXES.on(db).claim(limit, now, seconds, token)]

    def settle(self, token: str, ids: Collection[int], due_at: datetime) -> set[int]:
        with transaction() as db:
            return BOXES.on(db).settle(token, [Outcome(row, due_at) for row in ids])

    def hold(self, token: str, ids: Collection[int], until: datetime) -> set[int]:
        with transaction() as db:
            return BOXES.on(db).hold(token, ids, until)

    def give_back(self, token: str, ids: Collection[int], now: datetime) -> set[int]:
        with transaction() as db:
            return BOXES.on(db).give_back(token, ids, now)

    def after_crash(self, now: datetime) -> int:
        return after_crash((BOXES,), FixedClock(now))

    def token(self) -> str:
        return holder.new_token()

    def dead_token(self) -> str:
        program = "from claims.holder import new_token; print(new_token())"
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        return done.stdout.strip()


@pytest.fixture
def home(banco: str) -> SqlHome:
    return SqlHome()


class TestSqlHome(ClaimsContract):
    pass


def stored(row: int) -> Caixa:
    with reading() as db:
        return db.get_one(Caixa, row)


def test_a_claim_reads_typed_rows_and_writes_what_claiming_means(home: SqlHome) -> None:
    row = home.add(NOW)
    with transaction() as db:
        (claimed,) = BOXES.on(db).claim(5, NOW, 60, "a")
    assert claimed == Row(row, stored(row).nome, 2)


def test_one_settlement_writes_every_column_of_every_row_as_it_is(home: SqlHome) -> None:
    rows = [home.add(NOW) for _ in range(3)]
    home.claim(3, NOW, 60, "a")
    said = [None, "não “respondeu” \\ 'nada'", "x" * 400]
    outcomes = [
        Outcome(row, after(number + 0.123456), words, bool(number), after(-number) if number else None)
        for number, (row, words) in enumerate(zip(rows, said, strict=True))
    ]
    with transaction() as db:
        assert BOXES.on(db).settle("a", outcomes) == set(rows)
    for row, one in zip(rows, outcomes, strict=True):
        found = stored(row)
        assert (found.due_at, found.erro, found.parada, found.falhando_desde) == (
            one.due_at,
            one.erro,
            one.parada,
            one.falhando_desde,
        )
        assert found.lease_token is None


def test_a_given_back_row_and_one_of_a_crash_may_become_different_things(home: SqlHome) -> None:
    back, orphan = home.add(after(-1)), home.add(NOW)
    home.claim(1, NOW, 60, "a")
    home.claim(1, NOW, 60, home.dead_token())
    home.give_back("a", [back], NOW)
    home.after_crash(NOW)
    assert (stored(back).resultado, stored(orphan).resultado) == ("devolvida", "desconhecido")


def test_a_claim_may_be_narrowed_and_may_take_what_is_not_due_but_free(home: SqlHome) -> None:
    first, second = home.add(after(60)), home.add(after(60))
    with transaction() as db:
        mine = BOXES.on(db, Caixa.id == second, early=True)
        assert [row.id for row in mine.claim(9, NOW, 600, "a")] == [second]
        assert [row.id for row in BOXES.on(db, early=True).claim(9, NOW, 600, "b")] == [first]
        assert BOXES.on(db, early=True).claim(9, NOW, 600, "c") == []


def test_free_rows_can_be_made_due_and_held_ones_are_left(home: SqlHome) -> None:
    free, held = home.add(after(60)), home.add(NOW)
    home.claim(1, NOW, 600, "a")
    with transaction() as db:
        assert BOXES.owe(db, NOW, Caixa.id.in_([free, held]), erro="de novo") == 1
    assert home.claim(9, NOW, 60, "b") == [free]


def test_what_is_taken_away_is_lost_to_its_holder(home: SqlHome) -> None:
    row = home.add(NOW)
    home.claim(1, NOW, 600, "a")
    with transaction() as db:
        assert BOXES.take_away(db, Caixa.id == row, parada=True) == 1
    assert home.settle("a", [row], after(9)) == set()


def test_an_open_transaction_that_refers_to_a_row_does_not_keep_others_from_it(postgres: str) -> None:
    home = SqlHome()
    row = home.add(NOW)
    with engine().connect() as importing, importing.begin():
        importing.execute(insert(CaixaHistorico).values(caixa_id=row, em=NOW, resultado="ok", alertas=""))
        with engine().connect() as other:
            other.execute(text("SET lock_timeout = '2s'"))
        assert home.claim(1, NOW, 60, "a") == [row]
        assert home.settle("a", [row], NOW) == {row}


def test_a_row_that_a_rival_is_taking_is_passed_over_for_the_next(postgres: str) -> None:
    home = SqlHome()
    rows = [home.add(after(-9 + number)) for number in range(4)]
    with transaction() as db:
        assert [row.id for row in BOXES.on(db).claim(2, NOW, 60, "a")] == rows[:2]
        found: list[int] = []
        rival = threading.Thread(target=lambda: found.extend(home.claim(2, NOW, 60, "b")))
        rival.start()
        rival.join(60)
        assert found == rows[2:]


class ClaimsMachine(RuleBasedStateMachine):
    """Whatever the order of calls, a row has one holder until its lease ends, it settles, or is given back."""

    @initialize()
    def start(self) -> None:
        with transaction() as db:
            db.execute(delete(Caixa))
        self.home, self.now = SqlHome(), NOW
        self.model: dict[int, tuple[str | None, datetime]] = {self.home.add(NOW): (None, NOW) for _ in range(4)}

    def held_by(self, token: str, among: Collection[int]) -> set[int]:
        return {row for row in among if self.model[row][0] == token}

    @rule(token=st.sampled_from("abc"), limit=st.integers(1, 4))
    def claim(self, token: str, limit: int) -> None:
        claimed = self.home.claim(limit, self.now, 10, token)
        due = [row for row, (_, due_at) in self.model.items() if due_at <= self.now]
        assert len(claimed) == min(limit, len(due))
        assert set(claimed) <= set(due)
        self.model |= dict.fromkeys(claimed, (token, self.now + timedelta(seconds=10)))

    @rule(token=st.sampled_from("abc"), places=st.sets(st.integers(0, 3)), wait=st.integers(0, 20))
    def settle(self, token: str, places: set[int], wait: int) -> None:
        rows, due_at = [list(self.model)[place] for place in places], self.now + timedelta(seconds=wait)
        held = self.held_by(token, rows)
        assert self.home.settle(token, rows, due_at) == held
        self.model |= dict.fromkeys(held, (None, due_at))

    @rule(token=st.sampled_from("abc"), places=st.sets(st.integers(0, 3)))
    def give_back(self, token: str, places: set[int]) -> None:
        rows = [list(self.model)[place] for place in places]
        held = self.held_by(token, rows)
        assert self.home.give_back(token, rows, self.now) == held
        self.model |= dict.fromkeys(held, (None, self.now))

    @rule(token=st.sampled_from("abc"), places=st.sets(st.integers(0, 3)), longer=st.integers(1, 20))
    def hold(self, token: str, places: set[int], longer: int) -> None:
        rows, until = [list(self.model)[place] for place in places], self.now + timedelta(seconds=longer)
        held = self.held_by(token, rows)
        assert self.home.hold(token, rows, until) == held
        self.model |= dict.fromkeys(held, (token, until))

    @rule(seconds=st.integers(1, 15))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @invariant()
    def the_rows_are_the_model(self) -> None:
        with reading() as db:
            found = db.execute(select(Caixa.id, Caixa.lease_token, Caixa.due_at))
            assert {row.id: (row.lease_token, row.due_at) for row in found} == self.model


def test_any_order_of_calls_keeps_the_protocol(sqlite: str) -> None:
    run_state_machine_as_test(ClaimsMachine, settings=settings(max_examples=25, stateful_step_count=20, deadline=None))
