"""CT-e of every kind: pages of them, and one whole (docs/reference/contracts/integracoes.md §4.14 and §4.15)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from core.caller import OPERATOR, Caller
from core.page import Counted
from flows.documentos import detalhe
from flows.documentos.campos import local, text
from flows.documentos.filtro import TUDO, Filtro, asked, of_kinds, whose
from flows.documentos.listagem import PRIMEIRA, Pagina, ordem, page
from storage.models import CTe, Documento
from storage.models.documentos import DE_CTE
from storage.session import reading

ORDERINGS: dict[str, Any] = {
    "data_emissao": Documento.data_lista,
    "valor_total": func.coalesce(Documento.valor_total, Decimal(-1)),
    "numero_ct": func.coalesce(Documento.numero, -1),
}
USUAL = "-data_emissao"


@dataclass(frozen=True)
class CTeRow:
    """A CT-e in a list."""

    id: int
    chave_acesso: str
    numero_ct: str | None
    serie: str | None
    data_emissao: datetime | None
    emit_cnpj: str | None
    emit_nome: str | None
    dest_nome: str | None
    municipio_inicio: str | None
    municipio_fim: str | None
    valor_total: Decimal | None
    status_cte: str | None


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
    CTe.municipio_inicio,
    CTe.municipio_fim,
    Documento.valor_total,
    Documento.status,
)


def listar(filtro: Filtro = TUDO, pagina: Pagina = PRIMEIRA, caller: Caller = OPERATOR) -> Counted[CTeRow]:
    """Return a page of CT-e, the newest first if not asked otherwise."""
    with reading() as db:
        order = ordem(pagina.ordering, ORDERINGS, Documento.id, USUAL)
        return page(db, _query(db, filtro, caller), order, pagina).map(_row)


def newest(db: Session, filtro: Filtro, amount: int, caller: Caller) -> tuple[CTeRow, ...]:
    """Return the newest CT-e, without counting them."""
    order = ordem(None, ORDERINGS, Documento.id, USUAL)
    query = _query(db, filtro, caller).order_by(*order.by()).limit(amount)
    return tuple(_row(row) for row in db.execute(query))


def mostrar(number: int, caller: Caller = OPERATOR) -> detalhe.Detalhe:
    """Return a CT-e; raise `NotFound` for one that is not there, or is not the caller's."""
    with reading() as db:
        return detalhe.by_number(db, number, caller, of_kinds(DE_CTE))


def _query(db: Session, filtro: Filtro, caller: Caller) -> Select[*tuple[Any, ...]]:
    # a summary has no row of its own kind
    query = select(*COLUMNS).join(CTe, CTe.id == Documento.id, isouter=True)
    return query.where(of_kinds(DE_CTE), *whose(db, filtro, caller), *asked(filtro))


def _row(row: Row[*tuple[Any, ...]]) -> CTeRow:
    number, chave, numero, serie, issued, minutes, *rest = row[: len(COLUMNS)]
    return CTeRow(number, chave, text(numero), text(serie), local(issued, minutes), *rest)
