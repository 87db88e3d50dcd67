"""Write a batch: texts, documents with their items and links, events, ranges of numbers; a statement for each table."""

import hashlib
import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Table, bindparam, delete, select, update
from sqlalchemy.orm import Session

from claims.many import Adding, plain
from core.documentos.conteudo import Cabeca, Evento
from flows.documentos.columns import (
    HEAD,
    HEAD_MADE,
    ITEM,
    OWN,
    STATE,
    Columns,
    head_values,
    items_of,
    links_of,
    listed,
    own_names,
    own_row,
    roles,
    warnings,
)
from flows.documentos.known import Fato, Ficha, Texto
from flows.documentos.owners import Dono
from storage.models.documentos import Documento, DocumentoItem, DocumentoLigacao, XmlGuardado
from storage.models.registros import DocumentoEvento
from storage.rows import next_numbers, table_of

DOCUMENTOS, EVENTOS, ITENS = table_of(Documento), table_of(DocumentoEvento), table_of(DocumentoItem)
TEXTOS, LIGACOES = table_of(XmlGuardado), table_of(DocumentoLigacao)
OWNER = ("usuario_id", "empresa_id", "dono")
SAID = Columns(Evento, EVENTOS)
KEPT = ("xml_id", "arquivo_nome")
WHEN = ("data_importacao", "atualizado_em")

ADD_TEXTS = Adding(TEXTOS, "id", "sha256", "tamanho", "conteudo")
ADD_DOCUMENTS = Adding(DOCUMENTOS, "id", *OWNER, *HEAD.names, *HEAD_MADE, *STATE.names, *KEPT, *WHEN, "copia")
ADD_ITEMS = Adding(ITENS, "documento_id", *ITEM.names)
ADD_LINKS = Adding(LIGACOES, "documento_id", "laco", "chave")
ADD_OWN = {kind: Adding(table_of(model), "id", *own_names(kind)) for kind, model in OWN.items()}
OWN_KEYS = [table_of(model).c["id"] for model in OWN.values()]
FACT = ("registrado", "aplicado", "documento_id", *KEPT)
ADD_FACTS = Adding(EVENTOS, "id", *OWNER, *SAID.names, *FACT, "data_importacao")


def _changing(table: Table, *names: str) -> Any:
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    return update(table).where(table.c.id == bindparam("row_id")).values(values)


CHANGE_STATE = _changing(DOCUMENTOS, *STATE.names, "atualizado_em")
CHANGE_TEXT = _changing(DOCUMENTOS, *KEPT, "comprovado")
CHANGE_WARNINGS = _changing(DOCUMENTOS, "avisos")
CHANGE_HEAD = _changing(DOCUMENTOS, *HEAD.names, *HEAD_MADE)
CHANGE_OWNER = _changing(DOCUMENTOS, *OWNER, "papel", "papeis")
CHANGE_FACT = _changing(EVENTOS, *OWNER, *SAID.names, *FACT)


def _owner(dono: Dono) -> tuple[int | None, int | None, str]:
    return dono.usuario_id, dono.empresa_id, dono.texto


class Writing:
    """The writing of one batch in a transaction, at one instant."""

    def __init__(self, db: Session, now: datetime) -> None:
        self.db, self.now, self.connection = db, now, db.connection()
        self._texts: dict[bytes, int] = {}

    def texts(self, kept: Iterable[Texto]) -> None:
        """Keep texts, each once however many there are; afterwards `text_id` knows them."""
        by_digest = {hashlib.sha256(one.bytes).hexdigest(): one.bytes for one in kept}
        if not by_digest:
            return
        there = select(TEXTOS.c.sha256, TEXTOS.c.id).where(TEXTOS.c.sha256.in_(list(by_digest)))
        known = {digest: number for digest, number in self.connection.execute(there)}  # noqa: C416 - a row is no pair
        new = sorted(by_digest.keys() - known.keys())
        numbers = next_numbers(self.db, XmlGuardado, len(new)) if new else ()
        rows = [
            (number, digest, len(content := by_digest[digest]), zlib.compress(content))
            for number, digest in zip(numbers, new, strict=True)
        ]
        ADD_TEXTS.add_values(self.connection, rows)
        known |= dict(zip(new, numbers, strict=True))
        self._texts = {content: known[digest] for digest, content in by_digest.items()}

    def text_id(self, texto: Texto | None) -> int | None:
        """Return the number of a text that was kept."""
        return None if texto is None else self._texts[texto.bytes]

    def copies(self, fichas: Sequence[Ficha]) -> None:
        """Mark documents that are there already as such that another row has too."""
        known = [one.id for one in fichas if one.id is not None]
        if known:
            self.connection.execute(update(DOCUMENTOS).where(DOCUMENTOS.c.id.in_(known)).values(copia=True))

    def documents(self, fichas: Sequence[Ficha]) -> None:
        """Add the new documents and change the others."""
        new = [one for one in fichas if one.novo]
        if new:
            for ficha, number in zip(new, next_numbers(self.db, Documento, len(new)), strict=True):
                ficha.id = number
            ADD_DOCUMENTS.add_values(self.connection, [self._document(one) for one in new])
        known = [one for one in fichas if not one.novo]
        states = [(one, [*STATE.of(one.estado), self.now]) for one in known]
        self._change(CHANGE_STATE, (*STATE.names, "atualizado_em"), states)
        texts = [
            (one, [self.text_id(one.texto), one.texto.arquivo_nome, one.comprovado])
            for one in known
            if one.texto is not None
        ]
        self._change(CHANGE_TEXT, (*KEPT, "comprovado"), texts)
        moved = [(one, [*_owner(one.dono), *roles(one.papeis)]) for one in known if one.papeis is not None]
        self._change(CHANGE_OWNER, (*OWNER, "papel", "papeis"), moved)
        warned = [
            (one, [listed([*one.avisados, *warnings(one)])]) for one in known if one.difere and one.cabeca is None
        ]
        self._change(CHANGE_WARNINGS, ("avisos",), warned)
        filled = [(one, one.cabeca) for one in fichas if one.cabeca is not None]
        self._heads([(one, cabeca) for one, cabeca in filled if not one.novo])
        self._contents([(one.id, cabeca) for one, cabeca in filled if one.id is not None])

    def _heads(self, told: Sequence[tuple[Ficha, Cabeca]]) -> None:
        """Change what documents that are there say; the rest of what they said before goes."""
        heads = [(one, [*HEAD.of(cabeca), *head_values(one, cabeca)]) for one, cabeca in told]
        self._change(CHANGE_HEAD, (*HEAD.names, *HEAD_MADE), heads)
        arrived = [one.id for one, _ in told if one.nasceu is not None]
        if arrived:
            came = update(DOCUMENTOS).where(DOCUMENTOS.c.id.in_(arrived))
            self.connection.execute(came.values(data_importacao=self.now))
        self._forget([LIGACOES.c.documento_id], [one for one, _ in told])
        # a summary has none of these
        self._forget([ITENS.c.documento_id, *OWN_KEYS], [one for one, _ in told if one.refeita])

    def _forget(self, keys: Sequence[Column[int]], fichas: Sequence[Ficha]) -> None:
        for key in keys if fichas else ():
            self.connection.execute(delete(key.table).where(key.in_([one.id for one in fichas])))

    def _document(self, one: Ficha) -> list[Any]:
        cabeca, texto = one.cabeca, one.texto
        if cabeca is None or texto is None:
            raise ValueError("a new document without content")
        return [
            one.id, *_owner(one.dono), *HEAD.of(cabeca), *head_values(one, cabeca),
            *STATE.of(one.estado), self.text_id(texto), texto.arquivo_nome, self.now, self.now, one.copia,
        ]  # fmt: skip

    def _contents(self, filled: Sequence[tuple[int, Cabeca]]) -> None:
        """Write what only one kind says, items and links."""
        for kind, adding in ADD_OWN.items():
            adding.add_values(self.connection, [own_row(*one) for one in filled if type(one[1]) is kind])
        items = [[number, *ITEM.of(item)] for number, cabeca in filled for item in items_of(cabeca)]
        ADD_ITEMS.add_values(self.connection, items)
        links = [[number, *link] for number, cabeca in filled for link in links_of(cabeca)]
        ADD_LINKS.add_values(self.connection, links)

    def facts(self, fatos: Sequence[Fato]) -> None:
        """Add the new events and change the others."""
        new = [one for one in fatos if one.id is None]
        if new:
            rows = []
            for one, number in zip(new, next_numbers(self.db, DocumentoEvento, len(new)), strict=True):
                rows.append([number, *self._fact(one), self.now])
            ADD_FACTS.add_values(self.connection, rows)
        changed = [(one, self._fact(one)) for one in fatos if one.id is not None]
        self._change(CHANGE_FACT, (*OWNER, *SAID.names, *FACT), changed)

    def _fact(self, one: Fato) -> list[Any]:
        xml_id, arquivo = (
            (self.text_id(one.texto), one.texto.arquivo_nome) if one.texto else (one.xml_id, one.arquivo_nome)
        )
        documento_id = one.ficha.id if one.ficha is not None else one.documento_id
        return [*_owner(one.dono), *SAID.of(one.evento), one.registrado, one.aplicado, documento_id, xml_id, arquivo]

    def _change(self, statement: Any, names: Sequence[str], changed: Sequence[tuple[Any, Sequence[Any]]]) -> None:
        if changed:
            keys = [f"new_{name}" for name in names]
            rows = [dict(zip(keys, map(plain, values), strict=True), row_id=one.id) for one, values in changed]
            self.connection.execute(statement, rows)
