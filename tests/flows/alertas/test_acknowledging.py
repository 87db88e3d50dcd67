"""Who knows of an alert says so once, of one alert or of all of an object."""

import pytest

from alerts import state
from alerts.judgement import Judgement
from core.caller import Caller
from core.clock import SYSTEM, FixedClock
from core.errors import Conflict, NotFound
from flows.alertas.acknowledging import acknowledge
from flows.alertas.reminding import remind
from flows.alertas.views import alerts
from storage.session import transaction


@pytest.fixture
def clock(banco: str) -> FixedClock:
    """A clock at which an alert of a box has just opened."""
    clock = FixedClock(SYSTEM.now())
    with transaction() as db:
        state.apply(db, "sat", [Judgement("loja-1", "relogio", "aviso", True, "Está errado.")], clock.now())
    return clock


def test_what_is_acknowledged_says_since_when(clock: FixedClock) -> None:
    (found,) = acknowledge("loja-1", clock=clock)
    assert found.reconhecido_em == clock.now()
    assert alerts().itens == (found,)


@pytest.mark.parametrize("who", ["7", "loja-9", "99999999999999999999", "9" * 5000, ""])
def test_what_is_not_open_cannot_be_acknowledged(banco: str, who: str) -> None:
    with pytest.raises(NotFound, match="Não há alerta aberto"):
        acknowledge(who)


def test_a_user_has_no_alerts(clock: FixedClock) -> None:
    assert alerts(caller=Caller(1)).itens == ()
    with pytest.raises(NotFound):
        acknowledge("loja-1", caller=Caller(1))
    assert alerts().itens[0].reconhecido_em is None


def test_a_name_that_two_sources_have_is_acknowledged_in_the_one_that_is_named(clock: FixedClock) -> None:
    with transaction() as db:
        state.apply(db, "questor", [Judgement("loja-1", "parado", "critico", True, "Parou.")], clock.now())
    with pytest.raises(Conflict, match=r"\(questor, sat\)") as caught:
        acknowledge("loja-1")
    assert caught.value.campo == "fonte"
    assert [one.fonte for one in acknowledge("loja-1", "questor", clock=clock)] == ["questor"]
    clock.advance(86400)
    assert remind(clock) == 1
