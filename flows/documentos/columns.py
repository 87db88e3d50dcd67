"""The rows of what documents say: the columns of each table from the fields of the same names."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import String, Table
from sqlalchemy.orm import DeclarativeBase

from core.documentos.busca import searchable
from core.documentos.conteudo import Cabeca, Conhecimento, Cupom, Item, Laco, NotaFiscal, Papel
from core.documentos.situacao import Estado
from flows.documentos.known import Ficha
from storage.models.documentos import CFe, CTe, Documento, DocumentoItem, NFe
from storage.rows import table_of

# The table of what only one kind says.
OWN: dict[type[Cabeca], type[DeclarativeBase]] = {NotaFiscal: NFe, Conhecimento: CTe, Cupom: CFe}
SEPARATOR = ","
DIFERE = "o resumo (digVal) do protocolo não é o da assinatura deste texto: o que foi autorizado é outro"


class Columns:
    """The fields of a dataclass that are columns of a table, read and cut to what the columns hold."""

    def __init__(self, said: type[Any], table: Table, *without: str) -> None:
        present = {field.name for field in fields(said)} - set(without)
        self.names = tuple(one.name for one in table.c if one.name in present)
        self._read = attrgetter(*self.names)
        self._limits = [
            (place, limit) for place, name in enumerate(self.names) if (limit := _limit(table, name)) is not None
        ]

    def of(self, conteudo: Any) -> list[Any]:
        """Return the values in the order of `names`; a text longer than its column is cut, the bytes have it whole."""
        values = list(self._read(conteudo))
        for place, limit in self._limits:
            value = values[place]
            if value is not None and len(value) > limit:
                values[place] = value[:limit]
        return values


def _limit(table: Table, name: str) -> int | None:
    type_ = table.c[name].type
    return type_.length if isinstance(type_, String) else None


STATE = Columns(Estado, table_of(Documento))
HEAD = Columns(Cabeca, table_of(Documento), *STATE.names, "papeis", "avisos")
ITEM = Columns(Item, table_of(DocumentoItem))
OWN_COLUMNS = {kind: Columns(kind, table_of(model), "autorizados") for kind, model in OWN.items()}


def own_names(kind: type[Cabeca]) -> tuple[str, ...]:
    """Return the columns of what only one kind says, after its number."""
    return (*OWN_COLUMNS[kind].names, *(["autorizados"] if kind is NotaFiscal else []))


def own_row(number: int, conteudo: Cabeca) -> list[Any]:
    """Return the row of what only one kind says, in the order of the table's columns."""
    row = [number, *OWN_COLUMNS[type(conteudo)].of(conteudo)]
    return [*row, SEPARATOR.join(conteudo.autorizados)] if isinstance(conteudo, NotaFiscal) else row


def head_values(ficha: Ficha, cabeca: Cabeca) -> list[Any]:
    """Return what a document's row has besides what it says and how it stands, in the order of `HEAD_MADE`."""
    said = [*cabeca.avisos, *warnings(ficha)]
    issued = cabeca.data_emissao
    return [
        _offset(issued),
        issued and f"{issued.year:04d}-{issued.month:02d}",
        *roles(ficha.dono.papeis(cabeca)),
        listed(said),
        searchable(cabeca),
        ficha.completo,
        ficha.comprovado,
    ]


def warnings(ficha: Ficha) -> list[str]:
    """Return what is odd about a document besides what its text says."""
    return [*ficha.avisos, *([DIFERE] if ficha.difere else [])]


def listed(avisos: Sequence[str]) -> str | None:
    """Return warnings as a row has them."""
    return json.dumps(avisos, ensure_ascii=False) if avisos else None


def roles(papeis: Sequence[Papel]) -> tuple[str | None, str]:
    """Return the foremost of a company's roles, and all of them."""
    return (papeis[0].value if papeis else None), SEPARATOR.join(papeis)


HEAD_MADE = ("offset_minutos", "mes", "papel", "papeis", "avisos", "busca", "completo", "comprovado")


def _offset(issued: datetime | None) -> int | None:
    offset = issued.utcoffset() if issued is not None else None
    return None if offset is None else int(offset.total_seconds() // 60)


def items_of(conteudo: Cabeca) -> Iterator[Item]:
    """Yield the items of a document, each number once."""
    seen: set[int] = set()
    for item in getattr(conteudo, "itens", ()):
        if item.numero_item not in seen:
            seen.add(item.numero_item)
            yield item


def links_of(conteudo: Cabeca) -> set[tuple[str, str]]:
    """Return the keys that a document names, each with how."""
    found = {(one.laco.value, one.chave) for one in conteudo.ligacoes}
    if isinstance(conteudo, Cupom) and conteudo.cancelada:
        found.add((Laco.CANCELAMENTO.value, conteudo.cancelada))
    return found
