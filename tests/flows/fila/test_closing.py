"""Where an account waits for the push service, a row is closed by how its deliveries ended."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from core.clock import SYSTEM, FixedClock
from flows.destinos.creating import NewDestination, create
from flows.fila import closing, relay
from flows.fila.accounts import opened
from storage.models.eventos import Attempt, Delivery, Estado, Event
from storage.models.fila import FilaLinha
from storage.session import reading, transaction
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


def lose(table: Queue) -> None:
    """Let go of what the tokens hold, as is done for a process that has died."""
    with reading() as db:
        tokens = db.scalars(select(FilaLinha.token)).all()
    fila, ids = opened("padrao"), table.column("id")
    with fila.transaction() as connection:
        for token in filter(None, tokens):
            fila.table.on(connection).give_back(token, ids, SYSTEM.now())
    assert set(table.statuses) == {"PENDENTE"}


@pytest.mark.parametrize("looked", [False, True], ids=["not looked at", "looked at while nobody held it"])
@pytest.mark.parametrize(("estado", "error", "status"), [
    (Estado.ENTREGUE, None, "PROCESSADO"),
    (Estado.ESGOTADO, "respondeu HTTP 413", "ERRO"),
])  # fmt: skip
def test_a_row_whose_holder_died_is_told_once_and_closed_by_how_that_ended(
    waiting: Queue, estado: Estado, error: str | None, status: str, *, looked: bool
) -> None:
    fila = opened("padrao")
    lose(waiting)
    if looked:
        end(estado, error)
        closing.close_answered(fila, SYSTEM)
        assert relay.publish("padrao").repetidas == 1
    else:
        assert relay.publish("padrao").repetidas == 1
        assert closing.close_answered(fila, SYSTEM) == 0
        end(estado, error)
    assert waiting.statuses == ["PROCESSANDO"]
    assert closing.close_answered(fila, SYSTEM) == 1
    assert (waiting.statuses, waiting.column("error")) == ([status], [error])
    assert closing.close_answered(fila, SYSTEM) == 0
    with reading() as db:
        assert len(db.scalars(select(Event.id)).all()) == 1


def test_every_row_that_waits_is_held_and_closed_however_many_there_are(
    waiting: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing, "BATCH", 2)
    waiting.add(2, 3, 4, 5)
    relay.publish("padrao")
    fila, taken = opened("padrao"), max(waiting.column("leased"))
    closing.close_answered(fila, FixedClock(SYSTEM.now() + timedelta(hours=1)))
    assert min(waiting.column("leased")) > taken
    with transaction() as db:
        db.execute(update(Delivery).values(estado=Estado.ENTREGUE))
    assert closing.close_answered(fila, SYSTEM) == 5
    assert waiting.statuses == ["PROCESSADO"] * 5
