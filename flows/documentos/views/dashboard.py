"""The first page: how much there is, how much of it is new (docs/reference/contracts/integracoes.md §4.19)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from core.caller import OPERATOR, Caller
from core.clock import SYSTEM, Clock
from flows.documentos.contados import money, once
from flows.documentos.views import logs
from storage.models.documentos import DE_CTE, DE_NFE, Documento
from storage.session import reading
from storage.sums import ExactSum

MONTH, LOGS = timedelta(days=30), 10


@dataclass(frozen=True)
class Dashboard:
    """What counts (`contados`), whole and of the last 30 days by the date of issue."""

    nfe_total: int
    nfe_mes: int
    nfe_valor_total: Decimal
    nfe_valor_mes: Decimal
    cte_total: int
    cte_mes: int
    cte_valor_total: Decimal
    cte_valor_mes: Decimal
    ultimos_logs: tuple[logs.LogView, ...]


def dashboard(caller: Caller = OPERATOR, clock: Clock = SYSTEM) -> Dashboard:
    """Return the first page of a caller."""
    since = clock.now() - MONTH
    with reading() as db:
        nfe, cte = _figures(db, DE_NFE, since, caller), _figures(db, DE_CTE, since, caller)
        return Dashboard(*nfe, *cte, logs.newest(db, LOGS, caller))


def _figures(db: Session, kinds: tuple[str, ...], since: datetime, caller: Caller) -> tuple[int, int, Decimal, Decimal]:
    new, worth = Documento.data_emissao >= since, Documento.valor_total
    counts: tuple[Any, ...] = (func.count(), func.count().filter(new))
    columns = (*counts, ExactSum(worth), ExactSum(case((new, worth))))
    total, fresh, value, fresh_value = db.execute(select(*columns).where(*once(db, caller, kinds))).one()
    return total, fresh, money(value), money(fresh_value)
