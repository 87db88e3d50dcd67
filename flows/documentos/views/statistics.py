"""Who and what weighs most (docs/reference/contracts/integracoes.md §4.20); what counts: `contados`."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from core.caller import OPERATOR, Caller
from core.documentos.conteudo import Papel
from flows.documentos.contados import money, once
from flows.documentos.filtro import TUDO
from flows.documentos.views import emitentes, rotas
from storage.models.documentos import DE_NFE, Documento, DocumentoItem, NFe
from storage.session import reading
from storage.sums import ExactSum

MOST, MONTHS = 10, 12
# A sale: an outgoing note (tpNF 1), normal or complementary (finNFe 1, 2), of its issuer, not of who received it or may
# only read it (autXML).
SAIDA, DE_VENDA = 1, (1, 2)


@dataclass(frozen=True)
class EmitenteView:
    """An issuer, by its newest name."""

    emit_cnpj: str
    emit_nome: str | None
    total: int
    valor: Decimal


@dataclass(frozen=True)
class ProdutoView:
    """A product, by its code and name."""

    codigo_produto: str | None
    descricao: str | None
    qtd_total: Decimal
    valor_total: Decimal


@dataclass(frozen=True)
class RotaView:
    """A route."""

    municipio_inicio: str | None
    uf_inicio: str | None
    municipio_fim: str | None
    uf_fim: str | None
    total: int
    valor: Decimal


@dataclass(frozen=True)
class MesView:
    """The sales of a month (AAAA-MM)."""

    mes: str
    total: int
    valor: Decimal


@dataclass(frozen=True)
class Statistics:
    """The greatest of each, and the newest months."""

    top_emitentes: tuple[EmitenteView, ...]
    top_produtos: tuple[ProdutoView, ...]
    top_rotas: tuple[RotaView, ...]
    vendas_por_mes: tuple[MesView, ...]


def statistics(caller: Caller = OPERATOR) -> Statistics:
    """Return the figures of a caller."""
    with reading() as db:
        issuers = emitentes.greatest(db, TUDO, MOST, caller)
        routes = rotas.greatest(db, TUDO, MOST, caller)
        return Statistics(
            tuple(EmitenteView(one.emit_cnpj, one.emit_nome, one.total_notas, one.valor_total) for one in issuers),
            _products(db, caller),
            tuple(_route(one) for one in routes),
            _months(db, caller),
        )


def _route(one: rotas.RotaTotal) -> RotaView:
    ends = (one.municipio_inicio, one.uf_inicio, one.municipio_fim, one.uf_fim)
    return RotaView(*ends, one.total_ctes, one.valor_total)


def _products(db: Session, caller: Caller) -> tuple[ProdutoView, ...]:
    product: tuple[Any, ...] = (DocumentoItem.codigo_produto, DocumentoItem.descricao)
    amount: Any = func.coalesce(ExactSum(DocumentoItem.quantidade), Decimal(0))
    query = select(*product, amount, ExactSum(DocumentoItem.valor_total))
    query = query.join(Documento, Documento.id == DocumentoItem.documento_id).where(*once(db, caller, DE_NFE))
    order: tuple[Any, ...] = (amount.desc(), *(func.coalesce(one, "") for one in product))
    rows = db.execute(query.group_by(*product).order_by(*order).limit(MOST))
    return tuple(ProdutoView(*row[:3], money(row[3])) for row in rows)


def _issued(one: type[Documento]) -> ColumnElement[bool]:
    # of what is no company's nobody's role is known
    return or_(one.papel == Papel.EMITENTE, and_(one.papel.is_(None), one.empresa_id.is_(None)))


def _months(db: Session, caller: Caller) -> tuple[MesView, ...]:
    sold = (NFe.tipo == SAIDA, NFe.finalidade.in_(DE_VENDA), Documento.mes.is_not(None))
    query = select(Documento.mes, func.count(), ExactSum(Documento.valor_total)).join(NFe, NFe.id == Documento.id)
    query = query.where(*once(db, caller, DE_NFE, which=_issued), *sold)
    query = query.group_by(Documento.mes).order_by(Documento.mes.desc())
    return tuple(MesView(mes or "", count, money(value)) for mes, count, value in db.execute(query.limit(MONTHS)))
