"""Totals of NF-e and CT-e (docs/reference/contracts/integracoes.md §4.12 and §4.16); what counts: `contados`."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select

from core.caller import OPERATOR, Caller
from flows.documentos.contados import money, once
from flows.documentos.filtro import TUDO, Filtro
from storage.models.documentos import DE_CTE, DE_NFE, CTe, Documento, NFe
from storage.session import reading
from storage.sums import ExactSum


@dataclass(frozen=True)
class NFeTotais:
    """How many NF-e count, and what they are worth."""

    total_notas: int
    valor_total: Decimal
    valor_produtos: Decimal
    valor_icms: Decimal
    valor_ipi: Decimal


@dataclass(frozen=True)
class CTeTotais:
    """How many CT-e count, and what they are worth."""

    total_ctes: int
    valor_total: Decimal
    valor_carga: Decimal
    valor_icms: Decimal


def nfe(filtro: Filtro = TUDO, caller: Caller = OPERATOR) -> NFeTotais:
    """Return the totals of the NF-e that a filter leaves."""
    values = (Documento.valor_total, NFe.valor_produtos, NFe.valor_icms, NFe.valor_ipi)
    query = select(func.count(), *(ExactSum(one) for one in values)).join(NFe, NFe.id == Documento.id)
    with reading() as db:
        count, *sums = db.execute(query.where(*once(db, caller, DE_NFE, filtro))).one()
    return NFeTotais(count, *(money(one) for one in sums))


def cte(filtro: Filtro = TUDO, caller: Caller = OPERATOR) -> CTeTotais:
    """Return the totals of the CT-e that a filter leaves."""
    values = (Documento.valor_total, CTe.valor_carga, CTe.valor_icms)
    query = select(func.count(), *(ExactSum(one) for one in values)).join(CTe, CTe.id == Documento.id)
    with reading() as db:
        count, *sums = db.execute(query.where(*once(db, caller, DE_CTE, filtro))).one()
    return CTeTotais(count, *(money(one) for one in sums))
