"""A lot has been paused for so long that it may have been forgotten."""

from collections.abc import Iterator
from datetime import timedelta

from alerts.judgement import WARNING, Judgement
from alerts.moment import Moment
from alerts.questor.lots import lots
from core.settings.alerts import AlertSettings
from core.text import human_duration


def judge(moment: Moment) -> Iterator[Judgement]:
    """Yield one judgement per lot."""
    longest = timedelta(days=AlertSettings.current().paused_days)
    for one in lots(moment):
        paused = moment.now - one.pausado_em if one.pausado_em else timedelta()
        yield one.judged(
            "pausado",
            WARNING,
            ativo=one.wanted and paused > longest,
            mensagem=f"O lote {one.nome} está pausado há {human_duration(paused.total_seconds())} e não foi todo "
            f"enviado. Se não é mais preciso esperar, rode `esteira questor retomar {one.nome}`.",
            resolvido=f"O lote {one.nome} não está mais pausado.",
        )
