"""A table of documents for people, one line for each."""

from collections.abc import Iterator
from typing import Any, TextIO

from core import csv_text
from core.caller import OPERATOR, Caller
from core.fiscal import formatar_chave, formatar_documento, formatar_parte
from flows.documentos import escopo
from flows.documentos.filtro import TUDO, Conditions, Filtro

TITLES = (
    "Empresa",
    "Espécie",
    "Número",
    "Série",
    "Emissão",
    "Mês",
    "CNPJ do emitente",
    "Emitente",
    "CNPJ ou CPF do destinatário",
    "Destinatário",
    "Valor total",
    "Papel",
    "Situação",
    "Status",
    "Motivo",
    "Ambiente",
    "Completo",
    "Chave de acesso",
)


def exportar_csv(para: TextIO, filtro: Filtro = TUDO, caller: Caller = OPERATOR) -> int:
    """Write the documents that a filter leaves, opened with `newline=""`; return how many they are."""
    mine = escopo.conditions(filtro, caller)
    written = -1
    for line in csv_text.lines(TITLES, _rows(mine)):
        para.write(line)
        written += 1
    return written


def _rows(mine: Conditions) -> Iterator[tuple[Any, ...]]:
    for page in escopo.pages(mine):
        yield from (_row(one) for one in page)


def _row(one: escopo.Saida) -> tuple[Any, ...]:
    # documents and keys as on paper: a spreadsheet takes bare digits for a number and rounds it
    return (
        formatar_documento(one.empresa or ""),
        one.especie,
        one.numero,
        one.serie,
        one.data_emissao,
        one.mes,
        formatar_documento(one.emit_cnpj or ""),
        one.emit_nome,
        formatar_parte(one.dest_cnpj_cpf or ""),
        one.dest_nome,
        one.valor_total,
        one.papel,
        one.situacao,
        one.status,
        one.motivo,
        one.ambiente,
        one.completo,
        formatar_chave(one.chave),
    )
