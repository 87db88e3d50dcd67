"""The stored texts of one company in the shape in which a folder's files are met and read (`core.documentos`)."""

from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select

from core.documentos.files import Gone
from core.documentos.folder import Found
from flows.documentos.textos import unpacked
from storage.models.documentos import Documento, XmlGuardado
from storage.models.empresas import Empresa, dono
from storage.models.registros import DocumentoEvento
from storage.session import reading

PAGE = 2000
# Texts that are read together, where they are asked for in the order in which they were met.
AHEAD, AHEAD_BYTES = 100, 8 * 1024 * 1024
EVENTOS = "eventos"


class Acervo:
    """The documents of a company, of one month or of all, and the events about them.

    A text is met by `nfe/<chave>.xml` or `eventos/<chave>-<tipo>-<sequencia>.xml`; in place of an instant it has its
    own number, which is another one once it is replaced by a fuller text.
    """

    def __init__(self, empresa_id: int, mes: str | None, limite: int) -> None:
        self._empresa_id, self._mes, self._limite = empresa_id, mes, limite
        self._met: dict[str, tuple[int, int]] = {}
        self._read: dict[str, bytes] = {}

    def walk(self) -> Iterator[Found]:
        """Yield every document in the order in which they came, then every event."""
        for row in self._pages(self._documents(), Documento.id):
            yield self._found(f"{row.especie}/{row.chave}.xml", row)
        for row in self._pages(self._events(), DocumentoEvento.id):
            yield self._found(f"{EVENTOS}/{row.chave}-{row.tipo_evento}-{row.sequencia}.xml", row)

    def content(self, caminho: str, *, codificado: bool) -> bytes:
        """Return the exact bytes of a text; raise `Gone` where it is no longer there."""
        if caminho in self._met:
            self._read = self._together(caminho)
        stored = self._read.pop(caminho, None) or self._alone(caminho)
        if stored is None:
            raise Gone("ilegivel")
        return unpacked(stored)

    def _together(self, caminho: str) -> dict[str, bytes]:
        """Return a text that was met, and those that were met after it; what came before it is not asked for."""
        while (first := next(iter(self._met))) != caminho:
            del self._met[first]
        wanted: dict[int, str] = {}
        size = 0
        for path, (number, length) in list(islice(self._met.items(), AHEAD)):
            if wanted and size + length > AHEAD_BYTES:
                break
            wanted[number], size = path, size + length
            del self._met[path]
        query = select(XmlGuardado.id, XmlGuardado.conteudo).where(XmlGuardado.id.in_(list(wanted)))
        with reading() as db:
            return {wanted[number]: stored for number, stored in db.execute(query)}

    def _alone(self, caminho: str) -> bytes | None:
        kind, _, name = caminho.removesuffix(".xml").partition("/")
        query = self._event(name) if kind == EVENTOS else self._document(name)
        with reading() as db:
            return db.scalar(query)

    def close(self) -> None:
        """There is nothing open."""

    @cached_property
    def _dono(self) -> str:
        """The owner as one value: keys are looked up by it."""
        with reading() as db:
            empresa = db.get_one(Empresa, self._empresa_id)
        return dono(empresa.usuario_id, empresa.id)

    def _documents(self) -> Select[*tuple[Any, ...]]:
        columns = (Documento.id, Documento.especie, Documento.chave, Documento.xml_id, XmlGuardado.tamanho)
        query = select(*columns).join(XmlGuardado, XmlGuardado.id == Documento.xml_id)
        return query.where(Documento.empresa_id == self._empresa_id, *self._of_month())

    def _events(self) -> Select[*tuple[Any, ...]]:
        named = (DocumentoEvento.chave, DocumentoEvento.tipo_evento, DocumentoEvento.sequencia)
        query = (
            select(DocumentoEvento.id, *named, DocumentoEvento.xml_id, XmlGuardado.tamanho)
            .join(XmlGuardado, XmlGuardado.id == DocumentoEvento.xml_id)
            .where(DocumentoEvento.empresa_id == self._empresa_id)
        )
        if self._mes is None:
            return query
        # an event belongs to the month of its document, whenever it happened
        return query.join(Documento, Documento.id == DocumentoEvento.documento_id).where(*self._of_month())

    def _of_month(self) -> list[ColumnElement[bool]]:
        return [] if self._mes is None else [Documento.mes == self._mes]

    def _pages(self, query: Select[*tuple[Any, ...]], key: Any) -> Iterator[Row[Any]]:
        last = 0
        while True:
            with reading() as db:
                rows = db.execute(query.where(key > last).order_by(key).limit(PAGE)).all()
            if not rows:
                return
            yield from rows
            last = rows[-1].id

    def _found(self, caminho: str, row: Row[Any]) -> Found:
        self._met[caminho] = row.xml_id, row.tamanho
        if len(self._met) > 2 * PAGE:
            del self._met[next(iter(self._met))]
        return Found(caminho, False, row.tamanho, row.xml_id, "grande_demais" if row.tamanho > self._limite else None)

    def _document(self, chave: str) -> Select[bytes]:
        mine = (Documento.dono == self._dono, Documento.chave == chave)
        return select(XmlGuardado.conteudo).join(Documento, Documento.xml_id == XmlGuardado.id).where(*mine)

    def _event(self, name: str) -> Select[bytes]:
        chave, tipo, sequencia = name.split("-")
        mine = (
            DocumentoEvento.dono == self._dono,
            DocumentoEvento.chave == chave,
            DocumentoEvento.tipo_evento == tipo,
            DocumentoEvento.sequencia == int(sequencia),
        )
        return select(XmlGuardado.conteudo).join(DocumentoEvento, DocumentoEvento.xml_id == XmlGuardado.id).where(*mine)
