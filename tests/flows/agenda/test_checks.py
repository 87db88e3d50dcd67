"""What `diagnostico` tells of the daily jobs."""

import pytest
from support.agenda import Beat, Toil, at

from core.checks import OK, WARNING
from core.clock import FixedClock
from core.errors import Transient
from flows.agenda import checks


@pytest.fixture
def beat(sqlite: str) -> Beat:
    running = Beat(FixedClock(at("2026-03-02 00:00")), Toil())
    running.tick()
    return running


def found() -> list[tuple[str, str, str]]:
    return [(one.sistema, one.situacao, one.detalhe) for one in checks.tarefas()]


def test_of_an_installation_that_never_ran_there_is_nothing_to_tell(sqlite: str) -> None:
    assert found() == []


def test_that_all_is_well_is_one_line(beat: Beat) -> None:
    beat.tick("2026-03-02 11:00")
    assert found() == [("tarefas", OK, "1 tarefa diária, nada perdido")]


def test_what_fails_and_what_was_missed_is_told(beat: Beat) -> None:
    beat.toil.fault = Transient("O servidor de e-mail não respondeu.")
    beat.tick("2026-03-02 11:00")
    assert found() == [("tarefas:enviar_relatorios", WARNING, "falhou: O servidor de e-mail não respondeu.")]
    beat.tick("2026-03-02 15:00")
    ((_, situacao, said),) = found()
    assert situacao == WARNING
    assert said.startswith("enviar_relatorios não foi feita em 02/03/2026")
