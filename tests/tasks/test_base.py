"""What every task does beside its work."""

import pytest
from celery import shared_task
from conftest import Configure

from core import celery_app
from core.celery_app import app
from core.errors import Transient
from storage.models.limites import RAN, Marca
from storage.session import reading
from tasks.base import FlowTask


@shared_task(base=FlowTask, name="teste.marcada")
def marcada(fault: bool = False) -> None:
    if fault:
        raise ZeroDivisionError


runs_of_passing: list[int] = []


@shared_task(base=FlowTask, name="teste.passageira")
def passing() -> None:
    runs_of_passing.append(1)
    raise Transient("agora não")


@pytest.mark.parametrize(("broker", "runs"), [("redis://127.0.0.1:1/0", 6), ("amqp://127.0.0.1:1/x", 1)])
def test_what_may_pass_is_tried_again_where_the_broker_has_messages_for_later(
    configure: Configure, broker: str, runs: int
) -> None:
    configure(core__broker_url=broker)
    runs_of_passing.clear()
    assert isinstance(passing.apply().result, Transient)
    assert len(runs_of_passing) == runs


def test_what_no_broker_takes_back_ends_with_its_own_fault(configure: Configure) -> None:
    """Celery's own word for it is thirty lines of traceback, in each task that an outage meets."""
    configure(core__redis_url="redis://127.0.0.1:1/0")
    celery_app.refresh()
    passing.push_request(id="um", called_directly=False, is_eager=False, retries=0, args=[], kwargs={})
    try:
        with pytest.raises(Transient, match="agora não"):
            passing.retry(exc=Transient("agora não"))
    finally:
        passing.pop_request()


@pytest.mark.parametrize(
    ("scheduled", "fault", "noted"), [(True, False, True), (True, True, False), (False, False, False)]
)
def test_a_scheduled_task_that_ran_to_its_end_is_noted(
    sqlite: str, monkeypatch: pytest.MonkeyPatch, scheduled: bool, fault: bool, noted: bool
) -> None:
    from flows.alertas import runs

    monkeypatch.setattr(runs, "_noted", {})
    monkeypatch.setitem(app.conf, "beat_schedule", {"teste.marcada": {}} if scheduled else {})
    marcada.apply(args=[fault])
    with reading() as db:
        assert (db.get(Marca, RAN + "teste.marcada") is not None) is noted


def test_a_task_called_from_python_says_in_a_sentence_that_no_broker_answers(configure: Configure) -> None:
    configure()
    celery_app.refresh()
    for call in (marcada.delay, marcada.apply_async, marcada.s().apply_async):
        with pytest.raises(Transient, match=r"core\.redis_url"):
            call()
