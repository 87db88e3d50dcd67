"""A destination has been paused for so long that it may have been forgotten."""

from collections.abc import Iterator
from datetime import timedelta

from alerts.entregas.destinations import destinations
from alerts.judgement import WARNING, Judgement
from alerts.moment import Moment
from core.settings.alerts import AlertSettings
from core.text import human_duration


def judge(moment: Moment) -> Iterator[Judgement]:
    """Yield one judgement per destination."""
    longest = timedelta(days=AlertSettings.current().paused_days)
    for one in destinations(moment):
        paused = moment.now - one.pausado_em if one.pausado_em else timedelta()
        yield one.judged(
            "pausado",
            WARNING,
            ativo=paused > longest and one.ativo,
            mensagem=f"O destino {one.nome} está pausado há {human_duration(paused.total_seconds())}; os eventos ficam "
            f"guardados. Se não é mais preciso esperar, rode `esteira destinos retomar {one.id}`.",
            resolvido=f"O destino {one.nome} não está mais pausado.",
        )
