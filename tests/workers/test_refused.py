"""What the broker refuses alone waits for itself, is not tried at each look, and is told when it stays so."""

import pytest

from workers.refused import AGAIN_SECONDS, PROVEN_SECONDS, Refused

FAULT = OSError("não")


class Clock:
    seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds

    def pass_by(self, seconds: float) -> float:
        self.seconds += seconds
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def refused(clock: Clock) -> Refused:
    """One whose broker has just taken something for another queue."""
    refused = Refused(clock)
    refused.taken("outra")
    return refused


def test_what_was_never_refused_does_not_wait(clock: Clock) -> None:
    assert not Refused(clock).waits("fila")


@pytest.mark.parametrize(("later", "alone"), [(0.0, True), (PROVEN_SECONDS - 0.1, True), (PROVEN_SECONDS, False)])
def test_it_is_refused_alone_by_a_broker_that_took_something_shortly_before_the_try(
    refused: Refused, clock: Clock, later: float, alone: bool
) -> None:
    began = clock.pass_by(later)
    clock.pass_by(60)
    assert refused.is_alone("fila", began, FAULT) is alone
    assert refused.waits("fila") is alone


def test_nothing_is_refused_alone_before_the_broker_took_something(clock: Clock) -> None:
    assert not Refused(clock).is_alone("fila", clock(), FAULT)


@pytest.mark.parametrize(("seconds", "waits"), [(0.0, True), (AGAIN_SECONDS - 1, True), (AGAIN_SECONDS, False)])
def test_what_was_refused_waits_and_holds_up_nothing_else(
    refused: Refused, clock: Clock, seconds: float, waits: bool
) -> None:
    assert refused.is_alone("fila", clock(), FAULT)
    clock.pass_by(seconds)
    assert refused.waits("fila") is waits
    assert not refused.waits("terceira")


def test_when_the_broker_is_away_none_waits_for_itself(refused: Refused, clock: Clock) -> None:
    assert refused.is_alone("fila", clock(), FAULT)
    refused.all_again()
    assert not refused.waits("fila")


def test_the_second_refusal_is_told_once_and_so_is_its_end(
    refused: Refused, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused.is_alone("fila", clock(), FAULT)
    assert capsys.readouterr().err == ""
    refused.all_again()
    for _ in range(2):
        assert refused.is_alone("fila", clock(), FAULT)
    said = capsys.readouterr().err
    assert said.count("refuses this") == 1
    assert "não" in said
    refused.taken("fila")
    refused.taken("fila")
    assert capsys.readouterr().err.count("takes what it refused") == 1


def test_a_single_refusal_ends_in_silence(refused: Refused, clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused.is_alone("fila", clock(), FAULT)
    refused.taken("fila")
    refused.taken("outra")
    assert capsys.readouterr().err == ""
