"""Documents of every kind: pages of them, the newest in the store first, and one whole by its key."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, case, select

from core.caller import OPERATOR, Caller
from core.documentos.conteudo import Especie
from core.errors import NotFound, UsageError
from core.fiscal import normalizar_chave
from core.page import SIZE, Page
from flows.documentos import detalhe
from flows.documentos.campos import local, text
from flows.documentos.filtro import TUDO, Filtro, asked, of_kinds, whose
from storage.models.documentos import Documento
from storage.pages import newest_first
from storage.session import reading


@dataclass(frozen=True)
class DocumentoRow:
    """A document of any kind in a list."""

    id: int
    especie: str
    chave_acesso: str
    numero: str | None
    serie: str | None
    data_emissao: datetime | None
    emit_cnpj: str | None
    emit_nome: str | None
    dest_nome: str | None
    valor_total: Decimal | None
    situacao: str
    papel: str | None
    completo: bool


COLUMNS = (
    Documento.id,
    Documento.especie,
    Documento.chave,
    Documento.numero,
    Documento.serie,
    Documento.data_emissao,
    Documento.offset_minutos,
    Documento.emit_cnpj,
    Documento.emit_nome,
    Documento.dest_nome,
    Documento.valor_total,
    Documento.situacao,
    Documento.papel,
    Documento.completo,
)


def listar(
    filtro: Filtro = TUDO,
    especie: str | None = None,
    *,
    depois: int | None = None,
    limite: int = SIZE,
    caller: Caller = OPERATOR,
) -> Page[DocumentoRow]:
    """Return a page of documents, of one kind if asked, the last to come in first."""
    if especie is not None and especie not in set(Especie):
        raise UsageError(f"Espécie desconhecida: {especie!r}. Há {', '.join(Especie)}.", campo="especie")
    with reading() as db:
        query = select(*COLUMNS).where(*whose(db, filtro, caller), *asked(filtro))
        if especie is not None:
            query = query.where(of_kinds([especie]))
        return newest_first(db, query, Documento.id, depois, limite).map(_row)


def mostrar(chave: str, filtro: Filtro = TUDO, caller: Caller = OPERATOR) -> detalhe.Detalhe:
    """Return a document by its key, written in any way; of several of the caller's the whole and newest one."""
    wanted = normalizar_chave(chave)[:50]
    with reading() as db:
        mine = (Documento.chave == wanted, *whose(db, filtro, caller))
        best = (case((Documento.completo, 0), else_=1), Documento.id.desc())
        found = db.scalar(select(Documento).where(*mine).order_by(*best).limit(1))
        if found is None:
            raise NotFound(f"Não há documento com a chave {wanted!r}.", veja="documentos")
        return detalhe.whole(db, found, caller)


def _row(row: Row[*tuple[Any, ...]]) -> DocumentoRow:
    number, especie, chave, numero, serie, issued, minutes, *rest = row[: len(COLUMNS)]
    return DocumentoRow(number, especie, chave, text(numero), text(serie), local(issued, minutes), *rest)
