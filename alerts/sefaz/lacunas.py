"""Numbers that are missing will soon be too old to be had, and have not been asked for.

docs/reference/contracts/sefaz.md §3.2, §3.6.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import func, select

from alerts.judgement import Judgement
from alerts.moment import Moment
from alerts.sefaz.empresas import consultadas
from core.settings.core import CoreSettings
from core.settings.sefaz import SefazSettings
from core.text import plural
from storage.models.sefaz import VIVA, Contribuinte, LacunaNSU, SerieNSU

CODIGO = "lacunas_vencendo"
# SEFAZ keeps a document for so long; what is filled by itself takes days.
KEPT, BEFORE = timedelta(days=90), timedelta(days=30)


def judge(moment: Moment) -> Iterator[Judgement]:
    """Yield one judgement for each company that is consulted."""
    late = _late(moment)
    for one in consultadas(moment):
        numbers, since = late.get(one.id, (0, moment.now))
        ends = (since + KEPT).astimezone(CoreSettings.current().zone)
        yield one.judged(
            CODIGO,
            numbers,
            f"{plural(numbers, 'documento', 'documentos')} da empresa {one.nome} que faltam na numeração da SEFAZ "
            f"ainda não foram pedidos, e os primeiros só existem lá até {ends:%d/%m/%Y}. Ligue a consulta automática "
            "(`esteira sefaz automatizar`) ou peça já (`esteira sefaz completar`); veja `esteira sefaz lacunas`.",
            f"Nenhum documento que falta da empresa {one.nome} está para deixar de existir na SEFAZ.",
        )


def _late(moment: Moment) -> Mapping[int, tuple[int, datetime]]:
    """Return of each company how many numbers of old gaps are left, and when the first gap was noted."""
    numbers = func.sum(LacunaNSU.ate - LacunaNSU.proxima + 1)
    query = (
        select(Contribuinte.empresa_id, numbers, func.min(LacunaNSU.aberta_em))
        .join(SerieNSU, VIVA)
        .join(LacunaNSU, LacunaNSU.serie_id == SerieNSU.id)
        .where(
            Contribuinte.ambiente == SefazSettings.current().ambiente,
            LacunaNSU.fechada_em.is_(None),
            LacunaNSU.aberta_em <= moment.now - KEPT + BEFORE,
        )
        .group_by(Contribuinte.empresa_id)
    )
    return {number: (int(left), since) for number, left, since in moment.db.execute(query)}
