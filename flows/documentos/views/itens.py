"""The products and services of a document."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.models.documentos import DocumentoItem


@dataclass(frozen=True)
class ItemView:
    """An item, with the names of the contract."""

    id: int
    numero_item: int
    codigo_produto: str | None
    descricao: str | None
    ncm: str | None
    cfop: str | None
    unidade: str | None
    quantidade: Decimal | None
    valor_unitario: Decimal | None
    valor_total: Decimal | None
    valor_icms: Decimal | None
    valor_ipi: Decimal | None
    cest: str | None
    ean: str | None
    valor_pis: Decimal | None
    valor_cofins: Decimal | None
    cst_ibscbs: str | None
    classificacao: str | None
    valor_ibs: Decimal | None
    valor_cbs: Decimal | None
    valor_is: Decimal | None
    valor_monofasia: Decimal | None
    valor_item: Decimal | None


COLUMNS = [getattr(DocumentoItem, name) for name in ItemView.__dataclass_fields__]


def of_document(db: Session, documento_id: int) -> tuple[ItemView, ...]:
    """Return the items of a document in their order."""
    query = select(*COLUMNS).where(DocumentoItem.documento_id == documento_id).order_by(DocumentoItem.numero_item)
    return tuple(ItemView(*row) for row in db.execute(query))
