"""Whoever judges was asked for it: so beat is up; whoever sees that nobody judges says what is away."""

from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from sqlalchemy.orm import Session

from alerts.fluxos import beat
from alerts.judgement import CRITICAL
from alerts.moment import Moment

NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)


def test_who_judges_finds_beat_up_whatever_the_database_says() -> None:
    nobody_is_asked = cast("Session", None)
    (one,) = beat.judge(Moment(nobody_is_asked, NOW))
    assert (one.objeto, one.codigo, one.ativo, one.mensagem) == ("beat", "parado", False, "")
    assert one.resolvido == "O beat e o worker da fila default estão no ar de novo."


@pytest.mark.parametrize(
    ("others_run", "said"),
    [
        (False, "há 5 minutos: o beat parou (ou não alcança o Redis). "),
        (True, "há 5 minutos: o beat está no ar, mas o worker da fila default não responde. "),
    ],
)
def test_where_other_tasks_go_on_it_is_the_worker_that_is_away(others_run: bool, said: str) -> None:
    one = beat.away(timedelta(minutes=5), others_run=others_run)
    assert (one.ativo, one.severidade, one.rotulos) == (True, CRITICAL, {"fluxo": "beat"})
    assert f"Os alertas não são julgados {said}" in one.mensagem


def test_the_end_is_of_the_very_alert_that_was_opened() -> None:
    (well,) = beat.judge(Moment(cast("Session", None), NOW))
    away = beat.away(timedelta(minutes=5), others_run=False)
    assert (well.objeto, well.codigo, well.rotulos) == (away.objeto, away.codigo, away.rotulos)
