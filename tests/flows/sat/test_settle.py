"""Many boxes are settled with one write for each table, and only what is still held is told."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from conftest import Configure
from sqlalchemy import event
from support.boxes import box, told, with_boxes

from claims.holder import new_token
from core.clock import SYSTEM, FixedClock
from flows.sat import boxes
from flows.sat.known_boxes import configured
from flows.sat.outcome import Asked, Verificacao
from flows.sat.questions import Question, claim
from flows.sat.settle import settle
from sandbox.hub import HubServer
from storage.session import engine, transaction

TABLE = re.compile(r"(?i)\b(insert into|update|delete from)\s+\"?(\w+)")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(SYSTEM.now() + timedelta(seconds=1))


@pytest.fixture
def questions(configure: Configure, banco: str, clock: FixedClock) -> list[Question]:
    """Forty boxes that are being asked."""
    hub = HubServer(everywhere=True)
    hub.port = 5000
    with_boxes(configure, *(box(hub, f"pdv-{n:02}", n, thresholds={"unreachable_times": 1}) for n in range(40)))
    boxes.prepare()
    with transaction() as db:
        return claim(db, configured(), 40, new_token(), clock)


@contextmanager
def written() -> Iterator[Counter[tuple[str, str]]]:
    """Count the statements that write, by what they do to which table."""
    found: Counter[tuple[str, str]] = Counter()

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if match := TABLE.search(statement):
            found[match[1].lower(), match[2]] += 1

    event.listen(engine(), "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine(), "before_cursor_execute", note)


def test_forty_boxes_are_written_with_one_statement_for_each_table(
    questions: list[Question], clock: FixedClock
) -> None:
    asked = [Asked(one, Verificacao(one.box.name)) for one in questions]
    with written() as found, transaction() as db:
        settle(db, asked, configured(), clock.now())
    assert found == {("update", "caixa"): 1, ("update", "sat_endereco"): 1, ("insert into", "caixa_historico"): 1}


def test_of_boxes_that_others_hold_by_now_nothing_is_told(questions: list[Question], clock: FixedClock) -> None:
    clock.advance(3600)
    with transaction() as db:
        taken = claim(db, configured(), 10, new_token(), clock)
    asked = [Asked(one, Verificacao(one.box.name, "inalcancavel", "não respondeu")) for one in questions]
    with transaction() as db:
        settle(db, asked, configured(), clock.now())
    mine = {one.box.name for one in questions} - {one.box.name for one in taken}
    assert {objeto for _, objeto, _ in told()} == mine
    assert len(mine) == 30
