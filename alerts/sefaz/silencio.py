"""Nobody asks a numbering any more: after sixty days it stops, and what is issued then never gets a number.

docs/reference/contracts/sefaz.md §3.2.
"""

from collections.abc import Iterator
from datetime import timedelta

from alerts.judgement import CRITICAL, WARNING, Judgement
from alerts.moment import Moment
from alerts.sefaz.series import Serie, watched
from core.settings.core import CoreSettings

CODIGO = "silencio"
STEPS = (60, 55, 45, 30)
STOPS = 60
CRITICAL_DAYS = 55
# It has no such rule.
WITHOUT = ("nfse",)


def judge(moment: Moment) -> Iterator[Judgement]:
    """Yield one judgement for each numbering that was ever used."""
    for one in watched(moment):
        if one.usada_em is not None and one.servico not in WITHOUT:
            yield _judged(one, moment.now - one.usada_em)


def _judged(one: Serie, silent: timedelta) -> Judgement:
    step = next((days for days in STEPS if silent >= timedelta(days=days)), None)
    return Judgement(
        objeto=one.objeto,
        codigo=CODIGO,
        severidade=CRITICAL if silent.days >= CRITICAL_DAYS else WARNING,
        ativo=step is not None,
        mensagem=f"A numeração de {one.nome} não é consultada há {silent.days} dias. {_end(one, silent)} "
        "Veja com `esteira diagnostico` por quê e consulte com `esteira sefaz consultar`.",
        valores={"dias": silent.days},
        resolvido=f"A numeração de {one.nome} voltou a ser consultada.",
        # each step is told once
        causa=None if step is None else str(step),
        rotulos=one.rotulos,
    )


def _end(one: Serie, silent: timedelta) -> str:
    if silent >= timedelta(days=STOPS) or one.usada_em is None:
        return f"Depois de {STOPS} dias a SEFAZ para de numerar: o que foi emitido desde então não virá por aqui."
    until = (one.usada_em + timedelta(days=STOPS)).astimezone(CoreSettings.current().zone)
    return f"Em {until:%d/%m/%Y} a SEFAZ para de numerar, e o que for emitido depois não virá mais."
