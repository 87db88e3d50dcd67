"""What the database has of the documents of a batch; nobody else changes it while the batch is stored."""

import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import fields
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.documentos.conteudo import Evento, Laco
from core.documentos.situacao import Estado, Situacao
from flows.documentos.known import Fato, Ficha
from flows.documentos.owners import Owners
from flows.documentos.textos import unpacked
from storage.models.documentos import Documento, DocumentoLigacao, XmlGuardado
from storage.models.registros import DocumentoEvento
from storage.rows import table_of

STATE = tuple(field.name for field in fields(Estado))
SAID = tuple(field.name for field in fields(Evento) if field.name != "avisos")
_DOCUMENTOS, _EVENTOS, _LIGACOES = table_of(Documento), table_of(DocumentoEvento), table_of(DocumentoLigacao)
_TEXTOS = table_of(XmlGuardado)
_OWNER = ("id", "usuario_id", "empresa_id")
_KNOWN = ("chave", "especie", "ambiente", "completo", "comprovado", "copia")
_FICHA = [_DOCUMENTOS.c[name] for name in (*_OWNER, *_KNOWN, *STATE)]
_FATO = [
    _EVENTOS.c[name] for name in (*_OWNER, "registrado", "aplicado", "documento_id", "xml_id", "arquivo_nome", *SAID)
]


def fichas(db: Session, chaves: Collection[str], owners: Owners) -> list[Ficha]:
    """Return these documents, of every owner."""
    found = db.execute(select(*_FICHA).where(_DOCUMENTOS.c.chave.in_(chaves)))
    return [_ficha(row, owners) for row in found]


def _ficha(row: Any, owners: Owners) -> Ficha:
    number, usuario_id, empresa_id, chave, especie, ambiente, completo, comprovado, copia, situacao, *rest = row
    return Ficha(
        owners.named(usuario_id, empresa_id), chave, especie, Estado(Situacao(situacao), *rest), number, ambiente,
        completo, comprovado, copia=copia,
    )  # fmt: skip


def kept(db: Session, ficha: Ficha) -> bytes:
    """Return the text that a document is kept with, nothing without one; what its row warns of is remembered."""
    if ficha.texto is not None:
        return ficha.texto.bytes
    query = select(_TEXTOS.c.conteudo, _DOCUMENTOS.c.avisos).join(_DOCUMENTOS, _DOCUMENTOS.c.xml_id == _TEXTOS.c.id)
    found = db.execute(query.where(_DOCUMENTOS.c.id == ficha.id)).first()
    if found is None:
        return b""
    ficha.avisados = json.loads(found.avisos or "[]")
    return unpacked(found.conteudo)


def fatos(db: Session, chaves: Collection[str], owners: Owners) -> list[Fato]:
    """Return the events about these documents, of every owner, in the order in which they are applied."""
    order = (_EVENTOS.c.chave, _EVENTOS.c.tipo_evento, _EVENTOS.c.sequencia, _EVENTOS.c.id)
    found = db.execute(select(*_FATO).where(_EVENTOS.c.chave.in_(chaves)).order_by(*order))
    return [_fato(row, owners) for row in found]


def _fato(row: Any, owners: Owners) -> Fato:
    number, usuario_id, empresa_id, registrado, aplicado, documento_id, xml_id, arquivo_nome, *said = row
    evento = Evento(**dict(zip(SAID, said, strict=True)))
    return Fato(
        owners.named(usuario_id, empresa_id), evento, registrado, number, aplicado, documento_id, None, None, xml_id,
        arquivo_nome,
    )  # fmt: skip


def cancelled_coupons(db: Session, chaves: Collection[str]) -> defaultdict[str, set[str]]:
    """Return which owners have a cancellation of these coupons, by the coupon's key."""
    cancelling = (_LIGACOES.c.laco == Laco.CANCELAMENTO.value, _LIGACOES.c.chave.in_(chaves))
    query = select(_LIGACOES.c.chave, _DOCUMENTOS.c.dono).join(
        _DOCUMENTOS, _DOCUMENTOS.c.id == _LIGACOES.c.documento_id
    )
    found: defaultdict[str, set[str]] = defaultdict(set)
    for chave, dono in db.execute(query.where(*cancelling)):
        found[chave].add(dono)
    return found
