"""A numbering fails again and again: refused, blocked or without an answer, for about half a day.

Where the server does not accept the certificate the first time is told: a person may have to act, and it rests a day.
"""

from collections.abc import Iterator

from alerts.judgement import WARNING, Judgement
from alerts.moment import Moment
from alerts.sefaz.series import watched
from core.text import plural

CODIGO = "falhando"
# They come an hour apart, the first ones sooner.
MANY = 10


def judge(moment: Moment) -> Iterator[Judgement]:
    """Yield one judgement for each numbering."""
    for one in watched(moment):
        said = (one.motivo or "sem resposta").rstrip(".")
        times = plural(one.falhas, "vez", "vezes seguidas")
        yield Judgement(
            objeto=one.objeto,
            codigo=CODIGO,
            severidade=WARNING,
            ativo=one.falhas >= MANY or one.nao_aceito,
            mensagem=f"A consulta de {one.nome} falhou {times}. A última: {said}.",
            valores={"falhas": one.falhas},
            resolvido=f"A consulta de {one.nome} voltou a dar certo.",
            rotulos=one.rotulos,
        )
