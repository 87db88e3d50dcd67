"""The exact bytes of documents, as they came in."""

import zlib

from sqlalchemy import ColumnElement, select

from core.caller import OPERATOR, Caller
from core.errors import NotFound
from flows.documentos.filtro import of_kinds
from storage.models.documentos import DE_CTE, DE_NFE, Documento, XmlGuardado
from storage.pages import LARGEST_KEY, visible
from storage.session import reading


def unpacked(stored: bytes) -> bytes:
    """Return the bytes of a text as they were stored."""
    return zlib.decompress(stored)


def nfe(number: int, caller: Caller = OPERATOR) -> bytes:
    """Return an NF-e's text; raise `NotFound` where there is none that is the caller's."""
    return documento(number, caller, of_kinds(DE_NFE))


def cte(number: int, caller: Caller = OPERATOR) -> bytes:
    """Return a CT-e's text; raise `NotFound` where there is none that is the caller's."""
    return documento(number, caller, of_kinds(DE_CTE))


def documento(number: int, caller: Caller = OPERATOR, *only: ColumnElement[bool]) -> bytes:
    """Return the text of a document of any kind; a summary's is the summary."""
    query = select(XmlGuardado.conteudo).join(Documento, Documento.xml_id == XmlGuardado.id)
    mine = (Documento.id == number, visible(caller, Documento.usuario_id), *only)
    with reading() as db:
        stored = db.scalar(query.where(*mine)) if abs(number) <= LARGEST_KEY else None
    if stored is None:
        raise NotFound(f"Não há o texto do documento {number}.", veja="documentos")
    return unpacked(stored)
