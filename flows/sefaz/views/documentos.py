"""The documents of a consultation, by what the company is in each. docs/reference/contracts/integracoes.md §1.7."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from core.caller import OPERATOR, Caller
from core.page import LARGEST, SIZE, Page
from flows.documentos.campos import local, text
from flows.sefaz import achados
from flows.sefaz.views import consultas
from storage.models.documentos import Documento
from storage.models.sefaz import DocumentoDistribuido
from storage.pages import oldest_first
from storage.session import reading

SEM_PAPEL = ""
ILEGIVEL, SO_RESUMO = "ilegível", "só o resumo chegou"


@dataclass(frozen=True)
class DocumentoView:
    """A document that a consultation brought. `id` is that of its arrival.

    `xml_baixado` tells whether its text came, readable or not; `importado` whether it is whole in the store. Otherwise
    `pendencia` says why not.
    """

    id: int
    consulta: int
    chave_acesso: str | None
    numero: str | None
    serie: str | None
    data_emissao: datetime | None
    papeis: tuple[str, ...]
    emit_cnpj: str | None
    emit_nome: str | None
    dest_cnpj: str | None
    dest_nome: str | None
    valor_total: Decimal | None
    xml_baixado: bool
    importado: bool
    data_importacao: datetime | None
    pendencia: str | None


def documentos(
    numero: int, *, depois: int | None = None, limite: int = SIZE, caller: Caller = OPERATOR
) -> Page[DocumentoView]:
    """Return a page of them, in the order in which they came; raise `NotFound` for a consultation not the caller's."""
    with reading() as db:
        consultas.one(db, numero, caller)
        return listed(db, numero, depois, limite)


def por_papel(found: Iterable[DocumentoView]) -> dict[str, list[DocumentoView]]:
    """Return documents by role, one of several roles in each; under the empty text those in which there is none."""
    grouped: defaultdict[str, list[DocumentoView]] = defaultdict(list)
    for one in found:
        for papel in one.papeis or (SEM_PAPEL,):
            grouped[papel].append(one)
    return dict(grouped)


def todos(numero: int, caller: Caller = OPERATOR) -> Iterator[DocumentoView]:
    """Yield all of them, each page read by itself."""
    page = documentos(numero, limite=LARGEST, caller=caller)
    yield from page
    while page.depois is not None:
        page = documentos(numero, depois=int(page.depois), limite=LARGEST, caller=caller)
        yield from page


def listed(db: Session, numero: int, depois: int | None, limite: int) -> Page[DocumentoView]:
    """Return a page of a consultation that may be seen."""
    query = achados.query(numero)
    return oldest_first(db, query, DocumentoDistribuido.id, depois, limite).map(lambda row: _view(row, numero))


def _view(found: Any, consulta: int) -> DocumentoView:
    number, chave, _, _, motivo, raw, known = found
    # of what could not be stored nothing is known but its key
    row = known or Documento(chave=chave, papeis="")
    return DocumentoView(
        id=number,
        consulta=consulta,
        chave_acesso=row.chave,
        numero=text(row.numero),
        serie=text(row.serie),
        data_emissao=local(row.data_emissao, row.offset_minutos),
        papeis=achados.roles(row.completo, row.papeis),
        emit_cnpj=row.emit_cnpj,
        emit_nome=row.emit_nome,
        dest_cnpj=row.dest_cnpj_cpf,
        dest_nome=row.dest_nome,
        valor_total=row.valor_total,
        xml_baixado=bool(row.completo) or raw,
        importado=bool(row.completo),
        data_importacao=row.data_importacao if row.completo else None,
        pendencia=_why(row.completo, motivo),
    )


def _why(completo: bool | None, motivo: str | None) -> str | None:
    if completo is None:
        return f"{ILEGIVEL}: {motivo or 'sem motivo'}"
    return None if completo else SO_RESUMO
