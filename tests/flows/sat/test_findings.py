"""Many boxes are settled with one write for each table, and only what is still held is told."""

from collections import Counter
from datetime import timedelta

import pytest
from conftest import Configure
from support.boxes import box, told, with_boxes
from support.deliveries import webhook
from support.statements import statements, writes

from claims.holder import new_token
from core.clock import SYSTEM, FixedClock
from flows.sat import boxes, findings
from flows.sat.known_boxes import configured
from flows.sat.outcome import Asked, Verificacao
from flows.sat.questions import Question, claim
from sandbox.hub import HubServer
from storage.session import transaction


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(SYSTEM.now() + timedelta(seconds=1))


@pytest.fixture
def questions(configure: Configure, banco: str, clock: FixedClock) -> list[Question]:
    """Forty boxes that are being asked."""
    hub = HubServer(everywhere=True)
    hub.port = 5000
    with_boxes(configure, *(box(hub, f"pdv-{n:02}", n, thresholds={"unreachable_times": 1}) for n in range(40)))
    boxes.prepare(clock)
    with transaction() as db:
        return claim(db, configured(), 40, new_token(), clock)


def checked(questions: list[Question], clock: FixedClock, said: str | None) -> Counter[str]:
    """Settle a check of all of them, failed with this message or good; return what was written, by table."""
    asked = [
        Asked(one, Verificacao(one.box.name, *(("inalcancavel", f"{one.box.name} {said}") if said else ())))
        for one in questions
    ]
    with statements() as noted, transaction() as db:
        findings.write(db, asked, configured(), clock.now())
    return writes(noted)


def again(clock: FixedClock) -> list[Question]:
    clock.advance(3600)
    with transaction() as db:
        return claim(db, configured(), 40, new_token(), clock)


def test_forty_boxes_are_written_with_one_statement_for_each_table(
    questions: list[Question], clock: FixedClock
) -> None:
    webhook("https://a.example/x", "alerta_aberto", "alerta_resolvido")
    rows = {"update caixa": 1, "update sat_endereco": 1}
    assert checked(questions, clock, None) == {**rows, "insert into caixa_historico": 1}
    told = {"insert into sequencia": 1, "insert into event": 1, "insert into delivery": 1}
    opened = {"insert into alerta": 1, **told, "insert into caixa_historico": 1}
    assert checked(again(clock), clock, "não responde") == {**rows, **opened}
    assert checked(again(clock), clock, "recusa a conexão") == {**rows, "update alerta": 1}
    closed = {"update alerta": 1, **told, "insert into caixa_historico": 1}
    assert checked(again(clock), clock, None) == {**rows, **closed}


def test_of_boxes_that_others_hold_by_now_nothing_is_told(questions: list[Question], clock: FixedClock) -> None:
    clock.advance(3600)
    with transaction() as db:
        taken = claim(db, configured(), 10, new_token(), clock)
    asked = [Asked(one, Verificacao(one.box.name, "inalcancavel", "não respondeu")) for one in questions]
    with transaction() as db:
        findings.write(db, asked, configured(), clock.now())
    mine = {one.box.name for one in questions} - {one.box.name for one in taken}
    assert {objeto for _, objeto, _ in told()} == mine
    assert len(mine) == 30
