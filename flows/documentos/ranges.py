"""Ranges of numbers that will not be used, as they are told: each once for an owner."""

from typing import Any

from sqlalchemy import Row, and_, insert, select, update

from core.documentos.conteudo import Inutilizacao
from core.documentos.situacao import TESTE, homologated
from flows.documentos.columns import Columns
from flows.documentos.entries import Resultado
from flows.documentos.known import Texto
from flows.documentos.owners import Dono
from flows.documentos.writing import Writing
from storage.models.registros import InutilizacaoGuardada
from storage.rows import table_of

RANGES = table_of(InutilizacaoGuardada)
KEY = ("emit_cnpj", "ano", "modelo", "serie", "inicio", "fim")
SAID = Columns(Inutilizacao, RANGES)


def store_range(writing: Writing, dono: Dono, one: Inutilizacao, texto: Texto) -> Resultado:
    """Keep a range; one of production takes the place of a test, and one that is proven that of a request."""
    mine = and_(RANGES.c.dono == dono.texto, *(RANGES.c[name] == getattr(one, name) for name in KEY))
    known = select(RANGES.c.id, RANGES.c.ambiente, RANGES.c.homologada).where(mine)
    there = writing.connection.execute(known).one_or_none()
    if there is not None and not _gives_way(there, one):
        return Resultado.REPETIDO
    writing.texts([texto])
    values = dict(
        zip(SAID.names, SAID.of(one), strict=True), homologada=homologated(one), xml_id=writing.text_id(texto)
    )
    if there is not None:
        writing.connection.execute(update(RANGES).where(RANGES.c.id == there.id).values(values))
        return Resultado.ATUALIZADO
    owner = {"dono": dono.texto, "usuario_id": dono.usuario_id, "empresa_id": dono.empresa_id}
    writing.connection.execute(insert(RANGES).values(**values, **owner, data_importacao=writing.now))
    return Resultado.NOVO


def _gives_way(kept: Row[Any, Any, Any], one: Inutilizacao) -> bool:
    """Tell whether a kept range is a test and the other is not; where both are or neither is, the proven one stays."""
    tried: bool = kept.ambiente == TESTE
    if tried != (one.ambiente == TESTE):
        return tried
    return homologated(one) and not kept.homologada
