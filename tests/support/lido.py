"""What must hold of the reading of any content, whatever it is."""

from dataclasses import fields
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase

from core.documentos.chave import CHAVE_NFSE
from core.documentos.conteudo import (
    Arquivado,
    Cabeca,
    Conhecimento,
    Conteudo,
    Cupom,
    Evento,
    Inutilizacao,
    Item,
    NotaFiscal,
    Parte,
    Resumo,
    plain,
)
from core.fiscal import parece_chave
from storage.models.documentos import CFe, CTe, Documento, DocumentoItem, NFe
from storage.models.registros import DocumentoEvento, InutilizacaoGuardada
from storage.types import Exact

TABELAS: dict[type, tuple[type[DeclarativeBase], ...]] = {
    NotaFiscal: (Documento, NFe),
    Conhecimento: (Documento, CTe),
    Cupom: (Documento, CFe),
    Arquivado: (Documento,),
    Resumo: (Documento, NFe),
    Evento: (DocumentoEvento,),
    Inutilizacao: (InutilizacaoGuardada,),
    Item: (DocumentoItem,),
}


def conferir(partes: list[Parte]) -> None:
    """Assert that every part is read or refused in words, and what is read fits its columns."""
    assert partes
    assert [part.numero for part in partes] in ([0], list(range(1, len(partes) + 1)))
    for part in partes:
        assert part.motivo != "erro_de_leitura", part
        if part.conteudo is None:
            assert part.motivo, part
            assert part.mensagem, part
        else:
            assert part.motivo is part.mensagem is None
            _fits(part.conteudo)


def _fits(conteudo: Conteudo) -> None:
    cabe(conteudo)
    plain(conteudo)
    assert all(0 < len(aviso) <= 300 for aviso in conteudo.avisos)
    assert len(conteudo.avisos) <= 40
    if isinstance(conteudo, Cabeca):
        assert parece_chave(conteudo.chave) or CHAVE_NFSE.fullmatch(conteudo.chave)
        assert all(parece_chave(link.chave) for link in conteudo.ligacoes)
        assert len(set(conteudo.ligacoes)) == len(conteudo.ligacoes)
        assert all(len(number) in (11, 14) for _, number in conteudo.papeis)
    if isinstance(conteudo, NotaFiscal | Cupom):
        numbers = [item.numero_item for item in conteudo.itens]
        assert len(set(numbers)) == len(numbers)
        for item in conteudo.itens:
            cabe(item)


@cache
def _columns(kind: type) -> dict[str, Any]:
    return {column.name: column.type for table in TABELAS[kind] for column in table.__table__.columns}


def cabe(linha: Any) -> None:
    """Assert that every value fits the column of its name."""
    columns = _columns(type(linha))
    for field in fields(linha):
        value, kind = getattr(linha, field.name), columns.get(field.name)
        match value:
            case str():
                assert value == value.strip() != "", (field.name, value)
                assert value.isprintable() or not any(sign < " " or "\x7f" <= sign < "\xa0" for sign in value), (
                    field.name
                )
                assert not isinstance(kind, String) or kind.length is None or len(value) <= kind.length, field.name
            case Decimal():
                assert isinstance(kind, Exact), field.name
                precision, scale = kind.impl_instance.precision, kind.impl_instance.scale
                assert value.is_finite(), field.name
                assert abs(value) < Decimal(10) ** (precision - scale), field.name
                assert value == value.quantize(Decimal(1).scaleb(-scale)), field.name
            case datetime():
                assert 1990 <= value.year <= 2200, field.name
                offset = value.utcoffset()
                assert offset is not None, field.name
                assert abs(offset) <= timedelta(hours=14), field.name
            case int():
                assert 0 <= value < 2**53, field.name
