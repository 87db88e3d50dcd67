"""Totals told apart: by company, month, kind, our role, `tpNF` (0 in, 1 out) and `finNFe` (1 normal … 6 debit note).

What counts: `contados`; a document between two companies counts for each, in its role.
"""

from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from core.caller import OPERATOR, Caller
from core.documentos.conteudo import Especie
from flows.documentos.contados import for_each_company, money
from flows.documentos.filtro import TUDO, Filtro, asked
from storage.models.documentos import CFe, CTe, Documento, NFe
from storage.models.empresas import Empresa
from storage.session import reading
from storage.sums import ExactSum


@dataclass(frozen=True)
class Apurado:
    """What counts of one company, month, kind, role, `tipo` and `finalidade`; a CT-e's `tipo` is its `tpCTe`.

    `valor_ibs` to `valor_is` are the reform's, as the documents say them.
    """

    empresa: str | None
    mes: str | None
    especie: str
    papel: str | None
    tipo: int | None
    finalidade: int | None
    total: int
    valor_total: Decimal
    valor_produtos: Decimal
    valor_icms: Decimal
    valor_ipi: Decimal
    valor_pis: Decimal
    valor_cofins: Decimal
    valor_ibs: Decimal
    valor_cbs: Decimal
    valor_is: Decimal


def apuracao(filtro: Filtro = TUDO, caller: Caller = OPERATOR) -> tuple[Apurado, ...]:
    """Return the totals of what a filter leaves, group by group."""
    apart = (Empresa.cnpj, Documento.mes, Documento.especie, Documento.papel, _tipo(), NFe.finalidade)
    query = select(*apart, func.count(), *(ExactSum(one) for one in _values()))
    query = query.select_from(Documento).join(Empresa, Empresa.id == Documento.empresa_id, isouter=True)
    for kind in (NFe, CTe, CFe):
        query = query.join(kind, kind.id == Documento.id, isouter=True)
    order = [func.coalesce(one, "") for one in apart[:4]] + [func.coalesce(one, -1) for one in apart[4:]]
    with reading() as db:
        # the cancellation of a coupon is a document too, of no value of its own
        counted = (*for_each_company(db, caller, list(Especie), filtro), *asked(filtro), CFe.cancelada.is_(None))
        rows = db.execute(query.where(*counted).group_by(*apart).order_by(*order)).all()
    return tuple(Apurado(*row[:7], *(money(one) for one in row[7:])) for row in rows)


def _tipo() -> Any:
    return func.coalesce(NFe.tipo, CTe.tipo_cte)


def _values() -> list[Any]:
    """Return the columns of the sums, in the order of the fields of `Apurado`: whichever kind has a value says it."""
    kinds = (NFe, CTe, CFe)
    names = [field.name for field in fields(Apurado)][8:]
    own = [[getattr(kind, name) for kind in kinds if hasattr(kind, name)] for name in names]
    return [Documento.valor_total, *(func.coalesce(*columns) if len(columns) > 1 else columns[0] for columns in own)]
