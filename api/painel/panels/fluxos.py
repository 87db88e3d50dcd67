"""What runs by itself: how it stands and when it last ran."""

from api.painel.panel import WORST, Panel, Sinal, Visto, worst
from beat_schedule import jobs, periods, schedule
from core.caller import Caller
from core.clock import Clock
from core.text import plural
from flows.agenda import views

BEM = (views.EM_DIA, views.EM_ANDAMENTO, views.DEVIDA, "feita")
FALHA = (views.PARADA, views.FALHANDO)
PERDIDA = "perdida"


def sinal(situacao: str) -> Sinal:
    """Return the sign of a line of the agenda."""
    if situacao in FALHA:
        return Sinal.FALHA
    if situacao == PERDIDA:
        return Sinal.ATENCAO
    return Sinal.BEM if situacao in BEM else Sinal.NEUTRO


def ler(_: Caller, clock: Clock) -> Visto:
    """Look at the agenda."""
    lines = [(sinal(one.situacao), one) for one in views.agenda(jobs(), periods(list(schedule().values())), clock)]
    lines.sort(key=lambda line: WORST.index(line[0]))
    bad = sum(one in (Sinal.FALHA, Sinal.ATENCAO) for one, _ in lines)
    never = all(one.ultima is None for _, one in lines)
    said = plural(bad, "parado", "parados") if bad else "nenhum rodou ainda" if never else "todos em dia"
    return Visto(worst([one for one, _ in lines]), said, {"linhas": lines})


PANEL = Panel("Fluxos", 210, ler)
