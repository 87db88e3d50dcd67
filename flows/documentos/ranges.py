"""Ranges of numbers that will not be used, as they are told: each once for an owner."""

from sqlalchemy import and_, insert, select, update

from core.documentos.conteudo import Inutilizacao
from core.documentos.situacao import homologated
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
    """Keep a range; a text that proves it takes the place of one that does not."""
    mine = and_(RANGES.c.dono == dono.texto, *(RANGES.c[name] == getattr(one, name) for name in KEY))
    there = writing.connection.execute(select(RANGES.c.id, RANGES.c.homologada).where(mine)).one_or_none()
    proven = homologated(one)
    if there is not None and there.homologada >= proven:
        return Resultado.REPETIDO
    writing.texts([texto])
    values = dict(zip(SAID.names, SAID.of(one), strict=True), homologada=proven, xml_id=writing.text_id(texto))
    if there is not None:
        writing.connection.execute(update(RANGES).where(RANGES.c.id == there.id).values(values))
        return Resultado.ATUALIZADO
    owner = {"dono": dono.texto, "usuario_id": dono.usuario_id, "empresa_id": dono.empresa_id}
    writing.connection.execute(insert(RANGES).values(**values, **owner, data_importacao=writing.now))
    return Resultado.NOVO
