from datetime import timedelta

from claims import last_times
from core.clock import SYSTEM, FixedClock
from flows.alertas.checks import agenda
from flows.alertas.runs import JUDGED


def test_an_agenda_that_stands_still_is_shown(sqlite: str) -> None:
    assert list(agenda()) == []
    last_times.note(JUDGED)
    assert [one.situacao for one in agenda()] == ["ok"]
    last_times.note(JUDGED, FixedClock(SYSTEM.now() - timedelta(hours=2)))
    (found,) = agenda()
    assert (found.situacao, found.detalhe) == ("aviso", "alertas julgados há 2 horas")
