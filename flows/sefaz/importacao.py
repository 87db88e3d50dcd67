"""Take in what a consultation brought and is not whole in the store yet. docs/reference/contracts/integracoes.md §4.53.

That is what could not be read when it came, and summaries whose full text the same owner has elsewhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.caller import OPERATOR, Caller
from core.clock import SYSTEM, Clock
from core.documentos.leitor import ler_documentos
from core.errors import Conflict, NotFound
from flows.documentos.entries import Entrada, Resultado
from flows.documentos.storing import store
from flows.documentos.textos import unpacked
from flows.sefaz import reprocesso
from flows.sefaz.views import consultas, documentos
from flows.sefaz.views.documentos import DocumentoView
from storage.models.documentos import Documento, XmlGuardado
from storage.models.empresas import Empresa
from storage.models.sefaz import DocumentoDistribuido, SerieNSU
from storage.pages import LARGEST_KEY
from storage.session import reading, transaction

NO_TEXT = "o XML completo ainda não chegou; manifeste-se sobre a nota (Ciência ou Confirmação) e espere"
GONE = "outro processo acaba de lê-lo"


@dataclass(frozen=True)
class Tentado:
    """What became of a document that was pending: `motivo` says why it still is."""

    id: int
    chave_acesso: str | None
    importado: bool
    motivo: str | None = None


def importar_documento(numero: int, caller: Caller = OPERATOR, clock: Clock = SYSTEM) -> Tentado:
    """Try one, by the number of its arrival.

    Raises:
        NotFound: it is not there, or is not the caller's.
        Conflict: it is imported already.
    """
    found = _arrived(numero, caller)
    if found.importado:
        raise Conflict(f"O documento {numero} já está importado.", veja="documentos")
    return _tried(found, clock)


def importar_consulta(numero: int, caller: Caller = OPERATOR, clock: Clock = SYSTEM) -> Iterator[Tentado]:
    """Try all that is pending of a consultation; raise `NotFound` where it is not the caller's."""
    for one in documentos.todos(numero, caller):
        if not one.importado:
            yield _tried(one, clock)


def _arrived(numero: int, caller: Caller) -> DocumentoView:
    query = select(DocumentoDistribuido.consulta_id).where(DocumentoDistribuido.id == numero)
    with reading() as db:
        consulta = db.scalar(query) if abs(numero) <= LARGEST_KEY else None
        seen = consulta is not None and consultas.seen(db, consulta, caller)
        found = documentos.listed(db, consulta, numero - 1, 1).itens if consulta is not None and seen else ()
    if not found or found[0].id != numero:
        raise NotFound(f"Não há o documento {numero} em nenhuma consulta.", veja="consultas")
    return found[0]


def _tried(found: DocumentoView, clock: Clock) -> Tentado:
    """Read again what could not be read, or look for the text that a summary lacks."""
    if not found.xml_baixado:
        return _completed(found, clock)
    for one in reprocesso.reprocessar([found.id], clock):
        return Tentado(found.id, found.chave_acesso, one.resultado != Resultado.ERRO, one.motivo)
    return Tentado(found.id, found.chave_acesso, False, GONE)


def _completed(found: DocumentoView, clock: Clock) -> Tentado:
    with reading() as db:
        row = db.get(DocumentoDistribuido, found.id)
        empresa = _empresa(db, row.serie_id) if row is not None else None
        text = _elsewhere(db, found.chave_acesso, empresa) if empresa is not None else None
    if empresa is None or text is None:
        return Tentado(found.id, found.chave_acesso, False, NO_TEXT)
    name = f"{found.chave_acesso}.xml"
    entries = [Entrada(parte, name, empresa.usuario_id, empresa.id) for parte in ler_documentos(text)]
    with transaction() as db:
        done = store(db, entries, clock)
    bad = next((one.mensagem for one in done if one.resultado is Resultado.ERRO), None)
    return Tentado(found.id, found.chave_acesso, bad is None, bad)


def _empresa(db: Session, serie_id: int) -> Empresa | None:
    return db.scalar(select(Empresa).join(SerieNSU, SerieNSU.empresa_id == Empresa.id).where(SerieNSU.id == serie_id))


def _elsewhere(db: Session, chave: str | None, empresa: Empresa) -> bytes | None:
    """Return the full text of a document that another company of the same user has, or the user without a company."""
    query = select(XmlGuardado.conteudo).join(Documento, Documento.xml_id == XmlGuardado.id)
    same = Documento.usuario_id.is_not_distinct_from(empresa.usuario_id)
    stored = db.scalar(query.where(Documento.chave == chave, Documento.completo, same).limit(1))
    return unpacked(stored) if stored is not None else None
