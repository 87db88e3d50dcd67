"""What is looked after for requests: old ones go. docs/reference/contracts/integracoes.md §5.6."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select

from core.settings.retencao import RetentionSettings
from core.upkeep import Upkeep
from storage.forgetting import forget
from storage.models.pedidos import PedidoAPI
from storage.rows import table_of

ROWS = table_of(PedidoAPI)


def old(now: datetime) -> Iterator[Mapping[str, int]]:
    """Delete requests of long ago."""
    before = now - timedelta(days=RetentionSettings.current().pedidos_dias)
    return forget(ROWS, select(ROWS.c.id).where(ROWS.c.timestamp < before).order_by(ROWS.c.timestamp), "pedidos_a_api")


UPKEEP = Upkeep(retention=(old,))
