from datetime import timedelta

import pytest
from conftest import Configure

from alerts import state
from alerts.judgement import Judgement
from core.clock import SYSTEM, FixedClock
from flows.alertas import views
from flows.alertas.acknowledging import acknowledge
from flows.alertas.reminding import remind
from storage.models.eventos import Event
from storage.session import reading, transaction


@pytest.fixture
def clock(banco: str) -> FixedClock:
    """A clock at which two alerts of a box have just opened."""
    clock = FixedClock(SYSTEM.now())
    judged = [Judgement("loja-1", codigo, "aviso", True, "Está errado.") for codigo in ("relogio", "pendentes")]
    with transaction() as db:
        state.apply(db, "sat", judged, clock.now())
    return clock


def reminders() -> int:
    with reading() as db:
        return db.query(Event).filter_by(nome="alerta_lembrete").count()


def test_an_open_alert_is_told_again_each_day_and_no_sooner(clock: FixedClock) -> None:
    for hours, told in ((23, 0), (1, 2), (0, 0), (23, 0), (1, 2)):
        clock.advance(hours * 3600)
        assert remind(clock) == told
    assert reminders() == 4


def test_who_acknowledges_is_reminded_no_more(clock: FixedClock) -> None:
    first = views.alerts().itens[-1]
    assert len(acknowledge(str(first.id), clock=clock)) == 1
    clock.advance(86400)
    assert remind(clock) == 1
    assert len(acknowledge("loja-1", clock=clock)) == 2
    clock.advance(86400)
    assert remind(clock) == 0


def test_reminders_can_be_turned_off(clock: FixedClock, configure: Configure) -> None:
    configure(alerts__reminder_hours="0")
    clock.advance(timedelta(days=30).total_seconds())
    assert remind(clock) == 0
