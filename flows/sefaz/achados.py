"""Which documents a consultation brought: each key once, by its last arrival; events about documents are none.

docs/reference/contracts/integracoes.md §1.7.
"""

from typing import Any

from sqlalchemy import Select, String, cast, func, select

from core.documentos.conteudo import Papel
from storage.models.documentos import Documento
from storage.models.sefaz import DocumentoDistribuido

# The recipient alone is sent summaries, and they do not name it.
DE_RESUMO = Papel.DESTINATARIO
_EVENTO = "%evento%"


def query(consulta_id: int) -> Select[*tuple[Any, ...]]:
    """Return the arrivals, each with the document that came of it where one did; their number is the first column."""
    one = DocumentoDistribuido
    is_document = one.schema.not_ilike(_EVENTO)
    alike = func.coalesce(one.chave, cast(one.id, String))
    last = select(func.max(one.id)).where(one.consulta_id == consulta_id, is_document).group_by(alike)
    raw = one.bruto.is_not(None).label("cru")
    named = select(one.id, one.chave, one.schema, one.resultado, one.motivo, raw, Documento)
    return named.outerjoin(Documento, Documento.id == one.documento_id).where(one.id.in_(last))


def roles(completo: bool | None, papeis: str | None) -> tuple[str, ...]:
    """Return what the company is in a document that is whole or not, or not there; none where it takes no part."""
    found = tuple(filter(None, (papeis or "").split(",")))
    return found or (() if completo or completo is None else (DE_RESUMO.value,))
