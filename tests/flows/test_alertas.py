from datetime import timedelta

import pytest
from conftest import Configure

from alerts import Avaliacao, state
from core.clock import SYSTEM, FixedClock
from core.errors import UsageError
from flows import alertas
from storage.models import Event
from storage.session import reading, transaction


@pytest.fixture
def clock(banco: str) -> FixedClock:
    """A clock at which two alerts of a box have just opened."""
    clock = FixedClock(SYSTEM.now())
    judged = [Avaliacao(codigo, "aviso", True, "Está errado.", {}) for codigo in ("relogio", "pendentes")]
    with transaction() as db:
        state.apply(db, "sat", "loja-1", judged, clock.now())
    return clock


def reminders() -> int:
    with reading() as db:
        return db.query(Event).filter_by(nome="alerta_lembrete").count()


def test_an_open_alert_is_told_again_each_day_and_no_sooner(clock: FixedClock) -> None:
    for hours, told in ((23, 0), (1, 2), (0, 0), (23, 0), (1, 2)):
        clock.advance(hours * 3600)
        assert alertas.lembrar(clock) == told
    assert reminders() == 4


def test_who_acknowledges_is_reminded_no_more(clock: FixedClock) -> None:
    first = alertas.listar()[-1]
    assert len(alertas.reconhecer(str(first.id), clock)) == 1
    clock.advance(86400)
    assert alertas.lembrar(clock) == 1
    assert len(alertas.reconhecer("loja-1", clock)) == 2
    clock.advance(86400)
    assert alertas.lembrar(clock) == 0


def test_reminders_can_be_turned_off(clock: FixedClock, configure: Configure) -> None:
    configure(alerts__reminder_hours="0")
    clock.advance(timedelta(days=30).total_seconds())
    assert alertas.lembrar(clock) == 0


def test_what_is_not_open_cannot_be_acknowledged(banco: str) -> None:
    for who in ("7", "loja-9", "99999999999999999999"):
        with pytest.raises(UsageError, match="Não há alerta aberto"):
            alertas.reconhecer(who)
