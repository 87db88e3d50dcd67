"""A scheduled task is told once it missed three of its periods, by whichever clock noted its last run."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts.fluxos import parado
from alerts.judgement import CRITICAL, Judgement
from alerts.moment import Moment
from storage.models.limites import JUDGING_SINCE, RAN, Marca
from storage.session import reading, transaction

NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)
TASK = "sat.varrer"
LONG, SECOND = timedelta(days=30), timedelta(seconds=1)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("sqlite")


def judged(periodos: dict[str, float], **notes: timedelta | None) -> list[Judgement]:
    """Judge tasks that ran, and judging that began, so long ago."""
    with transaction() as db:
        db.add_all(Marca(nome=nome, instante=NOW - ago) for nome, ago in notes.items() if ago is not None)
    with reading() as db:
        return list(parado.judge(Moment(db, NOW, periodos=periodos)))


def one_of(ran: timedelta | None, began: timedelta | None, period: float) -> Judgement:
    (found,) = judged({TASK: period}, **{f"{RAN}{TASK}": ran, JUDGING_SINCE: began})
    return found


@pytest.mark.parametrize(
    ("ran", "began", "period", "active"),
    [
        # three periods
        (3 * HOUR, LONG, 3600, False),
        (3 * HOUR + SECOND, LONG, 3600, True),
        # and never less than two minutes, for a run is noted now and then only
        (2 * MINUTE, LONG, 5, False),
        (2 * MINUTE + SECOND, LONG, 5, True),
        (2 * MINUTE + SECOND, LONG, 60, False),
        # before judging began nothing was missed
        (LONG, 3 * HOUR, 3600, False),
        (LONG, 3 * HOUR + SECOND, 3600, True),
        (LONG, None, 3600, False),
        # one that never ran
        (None, 3 * HOUR, 3600, False),
        (None, 3 * HOUR + SECOND, 3600, True),
        (None, None, 3600, False),
        # by a clock that is ahead: so much is allowed, and more hides nothing
        (-HOUR, LONG, 3600, False),
        (-HOUR - SECOND, LONG, 3600, True),
        (-HOUR - SECOND, 3 * HOUR, 3600, False),
    ],
)
def test_a_task_is_told_after_three_of_its_periods(
    ran: timedelta | None, began: timedelta | None, period: float, active: bool
) -> None:
    assert one_of(ran, began, period).ativo is active


@pytest.mark.parametrize(
    ("ran", "said"),
    [
        (timedelta(days=2), f"{TASK} não roda bem há 2 dias; deveria rodar a cada 5 minutos. "),
        (None, f"{TASK} não roda bem há 4 horas; deveria rodar a cada 5 minutos. "),
    ],
)
def test_it_says_since_its_last_run_where_it_ever_ran(ran: timedelta | None, said: str) -> None:
    one = one_of(ran, 4 * HOUR, 300)
    assert one.mensagem.startswith(said)
    assert (one.objeto, one.codigo, one.severidade) == (TASK, "parado", CRITICAL)
    assert (one.rotulos, one.valores) == ({"fluxo": "sat"}, {"periodo": 300.0})


def test_each_task_is_judged_by_its_own_note_and_what_is_not_scheduled_is_not_judged() -> None:
    notes = {f"{RAN}sat.varrer": MINUTE, f"{RAN}antiga.tarefa": LONG, JUDGING_SINCE: LONG}
    found = judged({"sat.varrer": 60, "questor.avancar": 60}, **notes)
    assert [(one.objeto, one.ativo) for one in found] == [("sat.varrer", False), ("questor.avancar", True)]
