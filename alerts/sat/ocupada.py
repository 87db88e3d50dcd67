"""The box does nothing but say that it is busy: such a box comes back only when somebody restarts it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from alerts.judgement import CRITICAL, Judgement
from alerts.sat.shape import Contexto
from core.settings.sat import BoxSettings, Thresholds
from core.text import human_duration

CODIGO = "ocupada"
DEFAULTS = Thresholds()


def of_box(
    box: BoxSettings, desde: datetime | None, contexto: Contexto, rotulos: Mapping[str, str], *, calado: bool
) -> Judgement:
    """Judge a box that has been nothing but busy since an instant; none: the last check told something else."""
    limites = contexto.limites or DEFAULTS
    busy = contexto.agora - desde if desde else timedelta()
    since = f"{desde.astimezone(contexto.fuso):%d/%m/%Y %H:%M}" if desde else ""
    return Judgement(
        objeto=box.name,
        codigo=CODIGO,
        severidade=CRITICAL,
        ativo=busy > timedelta(minutes=limites.busy_minutes),
        mensagem=(
            f"O equipamento só responde que está ocupado, há {human_duration(busy.total_seconds())}, desde {since}. "
            "Se ninguém está vendendo, desligue-o e ligue-o de novo, e reinicie o SATHub."
        ),
        valores={"segundos": int(busy.total_seconds())},
        resolvido="O equipamento não está mais ocupado.",
        rotulos=rotulos,
        calado=calado,
    )
