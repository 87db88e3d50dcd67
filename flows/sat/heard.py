"""How boxes stand that agents read: what their last readings came to, and the alerts that are open since."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select

from alerts.sat import FONTE
from alerts.sat.shape import Avaliacao
from core.settings.sat import BoxSettings
from flows.sat.outcome import INALCANCAVEL, Verificacao
from storage.models.alertas import Alerta
from storage.models.sat import Caixa
from storage.session import reading

NEVER = "O agente da caixa ainda não enviou nenhuma leitura."


def standing(boxes: Sequence[BoxSettings]) -> dict[str, Verificacao]:
    """Return by name what is known of each of these boxes."""
    names = [box.name for box in boxes]
    if not names:
        return {}
    opened: defaultdict[str, list[Avaliacao]] = defaultdict(list)
    alerts = select(Alerta).where(Alerta.fonte == FONTE, Alerta.objeto.in_(names), Alerta.resolvido_em.is_(None))
    with reading() as db:
        for one in db.scalars(alerts.order_by(Alerta.id)):
            opened[one.objeto].append(Avaliacao(one.codigo, one.severidade, True, one.mensagem, {}))
        rows = {row.nome: row for row in db.scalars(select(Caixa).where(Caixa.nome.in_(names)))}
    return {name: _standing(name, rows.get(name), opened[name]) for name in names}


def _standing(name: str, row: Caixa | None, opened: list[Avaliacao]) -> Verificacao:
    if row is None or row.resultado is None:
        return Verificacao(name, INALCANCAVEL, NEVER)
    return Verificacao(name, row.resultado, row.erro, opened)
