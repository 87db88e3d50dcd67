"""What is looked after for requests: old ones go. docs/reference/contracts/integracoes.md §5.6."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select

from core.settings.retencao import RetentionSettings
from core.upkeep import Upkeep
from flows.pedidos.repeating import KEPT
from storage.forgetting import forget
from storage.models.pedidos import PedidoAPI, RespostaGuardada
from storage.rows import table_of

ROWS = table_of(PedidoAPI)


def old(now: datetime) -> Iterator[Mapping[str, int]]:
    """Delete requests of long ago."""
    before = now - timedelta(days=RetentionSettings.current().pedidos_dias)
    return forget(ROWS, select(ROWS.c.id).where(ROWS.c.timestamp < before).order_by(ROWS.c.timestamp), "pedidos_a_api")


def answers(now: datetime) -> Iterator[Mapping[str, int]]:
    """Delete what was answered to keys that have ended."""
    kept = table_of(RespostaGuardada)
    past = select(kept.c.id).where(kept.c.criada_em < now - KEPT).order_by(kept.c.criada_em)
    return forget(kept, past, "respostas_guardadas")


UPKEEP = Upkeep(retention=(old, answers))
