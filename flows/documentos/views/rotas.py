"""Routes by the CT-e on them (docs/reference/contracts/integracoes.md §4.17)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from core.caller import OPERATOR, Caller
from flows.documentos.contados import money, once
from flows.documentos.filtro import TUDO, Filtro
from storage.models.documentos import DE_CTE, CTe, Documento
from storage.session import reading
from storage.sums import ExactSum

MOST = 20
ROUTE: tuple[Any, ...] = (CTe.municipio_inicio, CTe.uf_inicio, CTe.municipio_fim, CTe.uf_fim)


@dataclass(frozen=True)
class RotaTotal:
    """A route: where a transport begins and ends."""

    municipio_inicio: str | None
    uf_inicio: str | None
    municipio_fim: str | None
    uf_fim: str | None
    total_ctes: int
    valor_total: Decimal


def rotas(filtro: Filtro = TUDO, caller: Caller = OPERATOR) -> tuple[RotaTotal, ...]:
    """Return the routes of the most CT-e that a filter leaves."""
    with reading() as db:
        return greatest(db, filtro, MOST, caller)


def greatest(db: Session, filtro: Filtro, amount: int, caller: Caller) -> tuple[RotaTotal, ...]:
    """Return so many routes, those of the most CT-e first; a CT-e that names neither of its ends is on none."""
    total, worth = func.count(), ExactSum(Documento.valor_total)
    query = select(*ROUTE, total, worth).join(Documento, CTe.id == Documento.id).group_by(*ROUTE)
    somewhere = or_(CTe.municipio_inicio.is_not(None), CTe.municipio_fim.is_not(None))
    names = tuple(func.coalesce(one, "") for one in ROUTE)
    query = query.where(*once(db, caller, DE_CTE, filtro), somewhere).order_by(total.desc(), worth.desc(), *names)
    return tuple(RotaTotal(*row[:4], row[4], money(row[5])) for row in db.execute(query.limit(amount)))
