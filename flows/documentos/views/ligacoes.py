"""Links between documents, both ways: whom one names, and who names it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Select, and_, select
from sqlalchemy.orm import Session

from core.caller import Caller
from flows.documentos.campos import local, text
from storage.models.documentos import Documento, DocumentoLigacao
from storage.pages import visible


@dataclass(frozen=True)
class LigacaoView:
    """The other document of a link (`laco`); of one that is not in the caller's store only the key is known."""

    laco: str
    chave_acesso: str
    id: int | None
    especie: str | None
    numero: str | None
    data_emissao: datetime | None
    emit_nome: str | None
    valor_total: Decimal | None
    situacao: str | None


_OTHER = (
    Documento.id,
    Documento.especie,
    Documento.numero,
    Documento.data_emissao,
    Documento.offset_minutos,
    Documento.emit_nome,
    Documento.valor_total,
    Documento.situacao,
)


def named_by(db: Session, documento_id: int, caller: Caller) -> tuple[LigacaoView, ...]:
    """Return the documents that one names."""
    mine = and_(Documento.chave == DocumentoLigacao.chave, visible(caller, Documento.usuario_id))
    query = select(DocumentoLigacao.laco, DocumentoLigacao.chave, *_OTHER).join(Documento, mine, isouter=True)
    return _views(db, query.where(DocumentoLigacao.documento_id == documento_id))


def that_name(db: Session, chave: str, caller: Caller) -> tuple[LigacaoView, ...]:
    """Return the documents of the caller that name a key."""
    query = select(DocumentoLigacao.laco, Documento.chave, *_OTHER).join(
        Documento, Documento.id == DocumentoLigacao.documento_id
    )
    return _views(db, query.where(DocumentoLigacao.chave == chave, visible(caller, Documento.usuario_id)))


def _views(db: Session, query: Select[*tuple[Any, ...]]) -> tuple[LigacaoView, ...]:
    rows = db.execute(query.order_by(DocumentoLigacao.laco, DocumentoLigacao.chave, Documento.chave, Documento.id))
    found: dict[tuple[str, str], LigacaoView] = {}
    for row in rows:
        # the first: another company of the caller may have it, too
        found.setdefault((row[0], row[1]), _view(row))
    return tuple(found.values())


def _view(row: Row[*tuple[Any, ...]]) -> LigacaoView:
    laco, chave, number, especie, numero, issued, minutes, *rest = row
    return LigacaoView(laco, chave, number, especie, text(numero), local(issued, minutes), *rest)
