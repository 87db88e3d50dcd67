"""What a notice says, before it is laid out: fields, tables, pictures. Everything in it may come from a stranger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

FIELD_LIMIT = 500
# What turns the direction of a text around, or is not there to the eye: an amount or a name may hide in it.
_HIDDEN = dict.fromkeys((*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF, 0x061C))


def one_line(value: object, limit: int = FIELD_LIMIT) -> str:
    """Return a value as one line of visible text: no line break, no control, no hidden character."""
    text = "" if value is None else str(value)[: 4 * limit]
    visible = "".join(c if c.isprintable() else " " for c in text.translate(_HIDDEN))
    line = " ".join(visible.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


@dataclass(frozen=True)
class Tabela:
    """A table. Where not all lines fit, some are shown, the others counted, and all of them are attached as CSV.

    `alinhar` are the numbers of the columns that end at one edge, as amounts do. `total` is how many lines there are
    where not all of them are here. Of wide ones only the first columns are shown (`largura`); the file has them all.
    """

    titulo: str
    colunas: Sequence[str]
    linhas: Sequence[Sequence[object]]
    arquivo: str = "lista.csv"
    alinhar: frozenset[int] = frozenset()
    total: int = 0
    largura: int | None = None


@dataclass(frozen=True)
class Imagem:
    """A picture that stands in the text, as PNG; `alternativa` says what can be seen in it."""

    nome: str
    png: bytes
    alternativa: str


@dataclass(frozen=True)
class Anexo:
    """A file that goes with a message."""

    nome: str
    tipo: str
    conteudo: bytes


@dataclass(frozen=True)
class Conteudo:
    """What a notice says. `abertura` is its first sentence; `mais` is for a template of its own."""

    titulo: str
    abertura: str = ""
    campos: Sequence[tuple[str, object]] = ()
    tabelas: Sequence[Tabela] = ()
    imagens: Sequence[Imagem] = ()
    mais: Mapping[str, Any] = field(default_factory=dict)
