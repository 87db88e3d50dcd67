"""Issuers by what they issued (docs/reference/contracts/integracoes.md §4.13): one group for each CNPJ."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.caller import OPERATOR, Caller
from flows.documentos.contados import money, once
from flows.documentos.filtro import TUDO, Filtro, of_kinds, whose
from storage.models.documentos import DE_NFE, Documento
from storage.session import reading
from storage.sums import ExactSum

MOST = 20


@dataclass(frozen=True)
class EmitenteTotal:
    """An issuer, by its newest name."""

    emit_cnpj: str
    emit_nome: str | None
    total_notas: int
    valor_total: Decimal


def por_emitente(filtro: Filtro = TUDO, caller: Caller = OPERATOR) -> tuple[EmitenteTotal, ...]:
    """Return the issuers of the most NF-e that a filter leaves."""
    with reading() as db:
        return greatest(db, filtro, MOST, caller)


def greatest(db: Session, filtro: Filtro, amount: int, caller: Caller) -> tuple[EmitenteTotal, ...]:
    """Return so many issuers, those of the most NF-e first."""
    total, worth = func.count(), ExactSum(Documento.valor_total)
    counted = (*once(db, caller, DE_NFE, filtro), Documento.emit_cnpj.is_not(None))
    query = select(Documento.emit_cnpj, total, worth).where(*counted).group_by(Documento.emit_cnpj)
    order = (total.desc(), worth.desc(), Documento.emit_cnpj)
    rows = db.execute(query.order_by(*order).limit(amount)).all()
    return tuple(
        EmitenteTotal(cnpj or "", _name(db, cnpj, filtro, caller), count, money(value)) for cnpj, count, value in rows
    )


def _name(db: Session, cnpj: str | None, filtro: Filtro, caller: Caller) -> str | None:
    mine = (of_kinds(DE_NFE), *whose(db, filtro, caller), Documento.emit_cnpj == cnpj, Documento.emit_nome.is_not(None))
    newest = (Documento.data_lista.desc(), Documento.id.desc())
    return db.scalar(select(Documento.emit_nome).where(*mine).order_by(*newest).limit(1))
