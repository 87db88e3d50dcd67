"""Cards are read once for all who look, the seldomer the longer that takes; what goes wrong costs one card."""

from datetime import UTC, datetime, timedelta

import pytest

from api.painel import drawing, readings
from api.painel.page import frase
from api.painel.panel import Panel, Sinal, Visto
from api.painel.readings import LEAST_SECONDS, MOST_SECONDS, SHARE, Reading, Readings
from core.caller import OPERATOR, Caller
from core.clock import Clock, FixedClock
from core.errors import Misconfigured


class Watch:
    """A timer, and a card whose reading takes as long as is said."""

    def __init__(self) -> None:
        self.now, self.takes = 0.0, 0.0
        self.asked: list[Caller] = []
        self.fault: Exception | None = None

    def ler(self, caller: Caller, _: Clock) -> Visto:
        self.asked.append(caller)
        self.now += self.takes
        if self.fault is not None:
            raise self.fault
        return Visto(Sinal.BEM, f"lido {len(self.asked)} vezes", {"dito": "<b>&"})


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    """A page of one card, drawn by the template of faults, which takes a sentence."""
    found, draw = Watch(), drawing.draw
    monkeypatch.setattr(readings, "draw", lambda name, values: draw(name.replace("panels/teste", "failed"), values))
    monkeypatch.setattr(readings, "panels_of", lambda _: {"teste": Panel("Teste", 110, found.ler, de_todos=True)})
    return found


def of(watch: Watch) -> Readings:
    return Readings(timer=lambda: watch.now)


def test_a_reading_is_shared_until_it_is_old(watch: Watch) -> None:
    every = of(watch)
    first = every.of(OPERATOR)
    assert every.of(OPERATOR) == first
    watch.now += LEAST_SECONDS - 0.1
    assert every.of(OPERATOR) == first
    every.of(Caller(7))
    assert watch.asked == [OPERATOR, Caller(7)]
    watch.now += 0.2
    assert every.of(OPERATOR) != first
    assert first[0].marca != every.of(OPERATOR)[0].marca


@pytest.mark.parametrize("seconds", [0.5, 2.0, 100.0])
def test_what_takes_long_is_read_seldom(watch: Watch, seconds: float) -> None:
    every, watch.takes = of(watch), seconds
    every.of(OPERATOR)
    watch.now += min(seconds * SHARE, MOST_SECONDS) - 0.1
    every.of(OPERATOR)
    assert len(watch.asked) == 1
    watch.now += 0.2
    every.of(OPERATOR)
    assert len(watch.asked) == 2


def test_what_somebody_changed_is_read_anew(watch: Watch) -> None:
    every = of(watch)
    every.of(OPERATOR)
    every.forget()
    every.of(OPERATOR)
    assert len(watch.asked) == 2


def test_what_was_read_before_somebody_changed_something_elsewhere_is_read_anew(watch: Watch) -> None:
    clock = FixedClock(datetime(2026, 3, 2, 12, 0, tzinfo=UTC))
    every, changed = Readings(clock, timer=lambda: watch.now), clock.now() + timedelta(seconds=1)
    every.of(OPERATOR)
    every.forget(clock.now() - timedelta(seconds=1))
    every.of(OPERATOR)
    assert len(watch.asked) == 1
    every.forget(changed)
    clock.advance(2)
    every.of(OPERATOR)
    every.forget(changed)
    every.of(OPERATOR)
    assert len(watch.asked) == 2


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Misconfigured("O livro da sincronia não abre."), "O livro da sincronia não abre."),
        (KeyError("segredo"), readings.DEFECT),
    ],
)
def test_what_goes_wrong_is_said_in_the_card(watch: Watch, fault: Exception, said: str) -> None:
    watch.fault = fault
    (found,) = of(watch).of(OPERATOR)
    assert (found.sinal, said in found.html, "segredo" in found.html) == (Sinal.FALHA, True, False)


def test_no_more_readings_are_kept_than_fit(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readings, "KEPT", 3)
    every = of(watch)
    for number in range(5):
        every.of(Caller(number))
    every.of(Caller(4))
    assert len(watch.asked) == 5
    every.of(Caller(0))
    assert len(watch.asked) == 6


def reading(titulo: str, sinal: Sinal) -> Reading:
    return Reading(titulo.lower(), titulo, 1, sinal, "", "", "")


@pytest.mark.parametrize(
    ("signs", "said"),
    [
        ({"A": Sinal.BEM, "B": Sinal.NEUTRO}, "Tudo em dia"),
        ({"A": Sinal.NEUTRO}, "Ainda não há nada por aqui"),
        ({"A": Sinal.ATENCAO, "B": Sinal.BEM}, "Pede atenção: A"),
        ({"A": Sinal.FALHA, "B": Sinal.ATENCAO, "C": Sinal.FALHA, "D": Sinal.FALHA}, "Precisa de alguém: A, C e D"),
    ],
)
def test_one_sentence_says_how_everything_stands(signs: dict[str, Sinal], said: str) -> None:
    assert frase([reading(titulo, sinal) for titulo, sinal in signs.items()]) == said
