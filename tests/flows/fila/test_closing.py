"""Where an account waits for the push service, a row is closed by how its deliveries ended."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from core.clock import SYSTEM, FixedClock
from flows.destinos.creating import NewDestination, create
from flows.fila import closing, relay
from flows.fila.accounts import opened
from storage.models.eventos import Attempt, Delivery, Estado
from storage.session import transaction
from tests.flows.fila.conftest import Queue

Configure = Callable[..., None]
ANSWER = '{"id":"abcdefghijkl","event":"message"}'


@pytest.fixture
def waiting(fila: Queue, configure: Configure) -> Queue:
    configure(fila__wait_for_push="true")
    create(NewDestination("ntfy", "os", "https://ntfy.exemplo.com.br", ["ordem_servico_notificada"], topico="hsm_os"))
    fila.add(1)
    relay.publish("padrao")
    assert fila.statuses == ["PROCESSANDO"]
    return fila


def end(estado: Estado, error: str | None = None) -> None:
    with transaction() as db:
        db.execute(update(Delivery).values(estado=estado, last_error=error))
        values = {"delivery_id": 1, "number": 1, "started_at": SYSTEM.now(), "duration_ms": 1, "outcome": "entregue"}
        db.execute(insert(Attempt).values(**values, status_code=200, response=ANSWER))


def test_an_answered_row_is_closed_with_the_message_of_the_server(waiting: Queue) -> None:
    fila = opened("padrao")
    assert closing.close_answered(fila, SYSTEM) == 0
    end(Estado.ENTREGUE)
    assert closing.close_answered(fila, SYSTEM) == 1
    assert waiting.statuses == ["PROCESSADO"]
    assert waiting.column("ntfy") == ["abcdefghijkl"]
    assert closing.close_answered(fila, SYSTEM) == 0


def test_a_row_whose_message_was_given_up_is_in_error(waiting: Queue) -> None:
    end(Estado.ESGOTADO, "respondeu HTTP 413")
    closing.close_answered(opened("padrao"), SYSTEM)
    assert waiting.statuses == ["ERRO"]
    assert waiting.column("error") == ["respondeu HTTP 413"]


def test_a_row_that_waits_is_held(waiting: Queue) -> None:
    later = FixedClock(SYSTEM.now() + timedelta(seconds=1))
    closing.close_answered(opened("padrao"), later)
    assert relay.publish("padrao").linhas == 0
    assert waiting.statuses == ["PROCESSANDO"]
