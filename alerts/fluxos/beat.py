"""Nothing is asked for any more: beat is away, or whoever carries out what it asks for.

While the sources are judged this is not so; that they are not judged is seen by the workers (`flows.alertas.alone`).
"""

from collections.abc import Iterator
from datetime import timedelta

from alerts.judgement import CRITICAL, Judgement
from alerts.moment import Moment
from core.text import human_duration

OBJECT, CODE = "beat", "parado"
BEAT = "o beat parou (ou não alcança o Redis)"
DEFAULT = "o beat está no ar, mas o worker da fila default não responde"


def judge(_: Moment) -> Iterator[Judgement]:
    """Yield the judgement of one who was asked for it by beat."""
    yield _judged(ativo=False)


def away(absent: timedelta, *, others_run: bool) -> Judgement:
    """Return the judgement of one who sees that nobody judges; `others_run`: other scheduled tasks go on."""
    return _judged(
        ativo=True,
        mensagem=f"Os alertas não são julgados há {human_duration(absent.total_seconds())}: "
        f"{DEFAULT if others_run else BEAT}. O que roda sozinho espera; os eventos ainda são entregues. "
        "Suba de novo o que falta (`esteira diagnostico` diz o quê).",
    )


def _judged(*, ativo: bool, mensagem: str = "") -> Judgement:
    said = "O beat e o worker da fila default estão no ar de novo."
    return Judgement(OBJECT, CODE, CRITICAL, ativo, mensagem, resolvido=said, rotulos={"fluxo": OBJECT})
