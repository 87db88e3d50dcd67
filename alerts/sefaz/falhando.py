"""A numbering fails again and again: refused, blocked or without an answer, for about half a day."""

from collections.abc import Iterator

from alerts.judgement import WARNING, Judgement
from alerts.moment import Moment
from alerts.sefaz.series import watched

CODIGO = "falhando"
# They come an hour apart, the first ones sooner.
MANY = 10


def judge(moment: Moment) -> Iterator[Judgement]:
    """Yield one judgement for each numbering."""
    for one in watched(moment):
        said = (one.motivo or "sem resposta").rstrip(".")
        yield Judgement(
            objeto=one.objeto,
            codigo=CODIGO,
            severidade=WARNING,
            ativo=one.falhas >= MANY,
            mensagem=f"A consulta de {one.nome} falhou {one.falhas} vezes seguidas. A última: {said}.",
            valores={"falhas": one.falhas},
            resolvido=f"A consulta de {one.nome} voltou a dar certo.",
            rotulos=one.rotulos,
        )
