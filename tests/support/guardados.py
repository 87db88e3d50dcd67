"""Documents in the store of a company, read from texts as an import does."""

from core.clock import SYSTEM
from core.documentos.leitor import ler_documentos
from flows.documentos.entries import Entrada
from flows.documentos.storing import store
from flows.empresas.managing import criar
from sandbox.documentos.comum import EMITENTE
from storage.session import transaction

CNPJ = EMITENTE.documento


def company(cnpj: str = CNPJ) -> int:
    """Register a company of the operator; return its number."""
    return criar(cnpj).id


def keep(empresa_id: int | None, *texts: bytes) -> list[int | None]:
    """Store the documents of some files for a company; return their numbers."""
    given = [Entrada(parte, "a.xml", None, empresa_id) for text in texts for parte in ler_documentos(text)]
    with transaction() as db:
        return [one.documento_id for one in store(db, given, SYSTEM)]
