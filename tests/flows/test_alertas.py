from datetime import timedelta

import pytest
from conftest import Configure

from alerts import state
from alerts.judgement import Judgement
from core.clock import SYSTEM, FixedClock
from core.errors import UsageError
from flows import alertas
from storage.models import Event
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
        assert alertas.lembrar(clock) == told
    assert reminders() == 4


def test_who_acknowledges_is_reminded_no_more(clock: FixedClock) -> None:
    first = alertas.listar()[-1]
    assert len(alertas.reconhecer(str(first.id), clock=clock)) == 1
    clock.advance(86400)
    assert alertas.lembrar(clock) == 1
    assert len(alertas.reconhecer("loja-1", clock=clock)) == 2
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


def test_a_name_that_two_sources_have_is_acknowledged_in_the_one_that_is_named(clock: FixedClock) -> None:
    with transaction() as db:
        state.apply(db, "questor", [Judgement("loja-1", "parado", "critico", True, "Parou.")], clock.now())
    with pytest.raises(UsageError, match=r"\(questor, sat\)"):
        alertas.reconhecer("loja-1")
    assert [one.fonte for one in alertas.reconhecer("loja-1", "questor", clock)] == ["questor"]
    clock.advance(86400)
    assert alertas.lembrar(clock) == 2
