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
