"""NF-e and NFC-e: pages of them, and one whole (docs/reference/contracts/integracoes.md §4.10 and §4.11)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from core.caller import OPERATOR, Caller
from core.page import Counted
from flows.documentos import detalhe
from flows.documentos.campos import local, text
from flows.documentos.filtro import TUDO, Conditions, Filtro, asked, of_kinds, whose
from flows.documentos.listagem import PRIMEIRA, Pagina, ordem, page
from storage.models import Documento
from storage.models.documentos import DE_NFE
from storage.session import reading

ORDERINGS: dict[str, Any] = {
    "data_emissao": Documento.data_lista,
    "valor_total": func.coalesce(Documento.valor_total, Decimal(-1)),
    "numero_nf": func.coalesce(Documento.numero, -1),
}
USUAL = "-data_emissao"


@dataclass(frozen=True)
class NFeRow:
    """An NF-e in a list."""

    id: int
    chave_acesso: str
    numero_nf: str | None
    serie: str | None
    data_emissao: datetime | None
    emit_cnpj: str | None
    emit_nome: str | None
    dest_nome: str | None
    valor_total: Decimal | None
    status_nfe: str | None


COLUMNS = (
    Documento.id,
    Documento.chave,
    Documento.numero,
    Documento.serie,
    Documento.data_emissao,
    Documento.offset_minutos,
    Documento.emit_cnpj,
    Documento.emit_nome,
    Documento.dest_nome,
    Documento.valor_total,
    Documento.status,
)


def listar(filtro: Filtro = TUDO, pagina: Pagina = PRIMEIRA, caller: Caller = OPERATOR) -> Counted[NFeRow]:
    """Return a page of NF-e, the newest first if not asked otherwise."""
    with reading() as db:
        query = select(*COLUMNS).where(*_mine(db, filtro, caller))
        order = ordem(pagina.ordering, ORDERINGS, Documento.id, USUAL)
        return page(db, query, order, pagina).map(_row)


def newest(db: Session, filtro: Filtro, amount: int, caller: Caller) -> tuple[NFeRow, ...]:
    """Return the newest NF-e, without counting them."""
    order = ordem(None, ORDERINGS, Documento.id, USUAL)
    query = select(*COLUMNS).where(*_mine(db, filtro, caller)).order_by(*order.by()).limit(amount)
    return tuple(_row(row) for row in db.execute(query).all())


def mostrar(number: int, caller: Caller = OPERATOR) -> detalhe.Detalhe:
    """Return an NF-e; raise `NotFound` for one that is not there, or is not the caller's."""
    with reading() as db:
        return detalhe.by_number(db, number, caller, of_kinds(DE_NFE))


def _mine(db: Session, filtro: Filtro, caller: Caller) -> Conditions:
    return [of_kinds(DE_NFE), *whose(db, filtro, caller), *asked(filtro)]


def _row(row: Row[*tuple[Any, ...]]) -> NFeRow:
    number, chave, numero, serie, issued, minutes, cnpj, emit, dest, total, status = row[: len(COLUMNS)]
    when = local(issued, minutes)
    return NFeRow(number, chave, text(numero), text(serie), when, cnpj, emit, dest, total, status)
