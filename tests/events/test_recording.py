"""The statements that record one event: with its audience, and on PostgreSQL with what most of it is owed."""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from support.deliveries import change, deliveries, webhook

from events import recording
from events.audience import Audience, Target
from events.recording import MANY_EVENTS
from storage.direct import Row, direct
from storage.models.eventos import Event
from storage.session import reading, transaction

URL, NOW = "https://receptor.example/x", datetime(2026, 11, 20, 12, tzinfo=UTC)
ALERT = Audience("alerta_aberto", of_user=False, alone=False)


def values() -> dict[str, Any]:
    """Return the parameters of an alert and of its audience."""
    row = {
        "message_id": "msg_1", "nome": ALERT.evento, "usuario_id": None, "occurred_at": NOW, "corpo": b"{}",
        "origem": None, "restrito": False,
    }  # fmt: skip
    return MANY_EVENTS.single([row[name] for name in MANY_EVENTS.types]) | ALERT.parameters(None, None, None)


def recorded() -> list[int]:
    with reading() as db:
        return list(db.scalars(select(Event.id)))


def at_once(*, alone: bool) -> list[Row]:
    with transaction() as db:
        return direct(db).run(recording.with_deliveries(ALERT, alone=alone), {**values(), "p_now": NOW})


def test_an_event_is_returned_with_its_number_and_its_audience(sqlite: str) -> None:
    one, other = webhook(URL), webhook(URL)
    change(other, severidade_minima="critico", lento=True)
    with transaction() as db:
        ((number, told),) = direct(db).run(recording.with_audience(ALERT, "sqlite"), values())
    targets = sorted((Target.of(row) for row in json.loads(told)), key=lambda target: target.id)
    assert [(target.id, target.lento, target.filters.severidade_minima) for target in targets] == [
        (one, False, None),
        (other, True, "critico"),
    ]
    assert recorded() == [number]
    assert deliveries() == []


def test_an_event_that_nobody_wants_is_recorded_for_those_to_come(sqlite: str) -> None:
    with transaction() as db:
        ((number, told),) = direct(db).run(recording.with_audience(ALERT, "sqlite"), values())
    assert (recorded(), json.loads(told or "[]")) == ([number], [])


def test_those_without_filters_are_owed_it_at_once(postgres: str) -> None:
    plain, filtered, stopped = (webhook(URL) for _ in range(3))
    change(filtered, silencio="22:00-07:00")
    change(stopped, pausado_em=NOW)
    ((number, told),) = at_once(alone=False)
    assert {row[0]: row[-1] for row in told} == {plain: True, filtered: False, stopped: True}
    assert [(row.event_id, row.destino_id, row.estado, row.tentativas, row.due_at) for row in deliveries()] == [
        (number, plain, "pendente", 0, NOW),
        (number, stopped, "retido", 0, NOW),
    ]


def test_alone_it_is_recorded_for_all_or_not_at_all(postgres: str) -> None:
    webhook(URL)
    filtered = webhook(URL)
    change(filtered, rotulos='{"loja": ["a"]}')
    assert at_once(alone=True) == []
    assert (recorded(), deliveries()) == ([], [])
    change(filtered, rotulos=None)
    ((number, told),) = at_once(alone=True)
    assert (recorded(), len(told), len(deliveries())) == ([number], 2, 2)


def test_alone_without_an_audience_it_is_recorded_too(postgres: str) -> None:
    ((number, told),) = at_once(alone=True)
    assert (recorded(), told) == ([number], None)
