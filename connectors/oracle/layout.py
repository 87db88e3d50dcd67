"""The queue table as it is: which of the configured columns it has, and so what can be promised of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any

from sqlalchemy import Column, Connection, DateTime, Integer, MetaData, String, Table
from sqlalchemy.types import NullType

from connectors.oracle.described import DATES, NUMBERS, Kind, described
from connectors.oracle.moments import AsWritten
from core.errors import Misconfigured
from core.settings.fila import ContaFila

# Cut by bytes: a longer text would make the end of a row itself fail.
WORKER_BYTES, ERROR_BYTES, NTFY_BYTES, TOKEN_LENGTH = 64, 1000, 64, 36
# What a template may call by these names whatever the columns are.
ALIASES = frozenset(["id", "id_os", "mensagem"])
LEASED = ("attempts", "worker", "token", "leased", "next")
OPTIONAL = ("error", "ntfy", "processed")
TYPES: dict[str, Any] = {
    # numbers as wide as the database has them
    "id": NullType(),
    # a number here, a text there
    "os": NullType(),
    "message": String(),
    "status": String(20),
    "created": AsWritten(),
    "processed": DateTime(),
    "attempts": Integer(),
    "worker": String(WORKER_BYTES),
    "token": String(TOKEN_LENGTH),
    "leased": DateTime(),
    "next": DateTime(),
    "error": String(ERROR_BYTES),
    "ntfy": String(NTFY_BYTES),
}


@dataclass(frozen=True)
class Layout:
    """The table with the columns that are used. `names` are those of the settings that it has, `extra` others read.

    `same` are names of the settings whose column stands there under another one: an order's number that is the row's.
    `dated`: the column of a row's date has dates, and no texts that only read as such. `zoned` have dates with a zone.
    """

    table: Table
    names: frozenset[str]
    extra: tuple[str, ...]
    same: Mapping[str, str]
    dated: bool
    zoned: frozenset[str]

    @property
    def leased(self) -> bool:
        """Tell whether a row can say who holds it and until when."""
        return self.names.issuperset(LEASED)


def look(connection: Connection, conta: ContaFila, nome: str) -> Layout:
    """Look at the table; raise `Misconfigured` where a column that is needed is missing, or its numbers are none."""
    owner, _, bare = conta.table.lower().rpartition(".")
    found = described(connection, bare, owner or None)
    wanted = _wanted(conta)
    mine = {name: getattr(conta.columns, name).lower() for name in TYPES}
    _refuse_missing(
        conta, nome, found.keys(), {mine["id"]} | ({mine["status"]} if conta.layout == "status" else set()) | wanted
    )
    _refuse_text(conta, nome, found[mine["id"]])
    first = {column: name for name, column in reversed(mine.items()) if column in found}
    names = frozenset(first.values())
    same = {name: first[column] for name, column in mine.items() if column in found and name not in names}
    extra = tuple(sorted(wanted - first.keys()))
    columns = [Column(mine[name], TYPES[name], key=name) for name in TYPES if name in names]
    others = [Column(name, NullType(), key=f"x_{name}") for name in extra]
    table = Table(bare, MetaData(), *columns, *others, schema=owner or None)
    zoned = frozenset(one.key for one in table.columns if found[one.name] is Kind.ZONED)
    return Layout(table, names, extra, same, found.get(mine["created"]) in DATES, zoned)


def _refuse_missing(conta: ContaFila, nome: str, found: Collection[str], needed: set[str]) -> None:
    if missing := sorted(needed.difference(found)):
        raise Misconfigured(f"Fila {nome}: a tabela {conta.table} não tem a coluna {missing[0]} (fila.columns).")


def _refuse_text(conta: ContaFila, nome: str, kind: Kind) -> None:
    if kind not in NUMBERS:
        raise Misconfigured(
            f"Fila {nome}: a coluna {conta.columns.id} da tabela {conta.table} não é numérica (fila.columns), e uma "
            "linha se conhece pelo número."
        )


def _wanted(conta: ContaFila) -> set[str]:
    """Return the columns that templates, rules and masks read."""
    texts = (conta.template, conta.title, *(rule.title or "" for rule in conta.rules))
    read = {name for text in texts for _, name, _, _ in Formatter().parse(text) if name} - ALIASES
    return read | {rule.column.lower() for rule in conta.rules} | {column.lower() for column in conta.mask}


def cut(text: str | None, limit: int) -> str | None:
    """Return a text of at most so many bytes."""
    return text and text.encode("utf-8", "replace")[:limit].decode("utf-8", "ignore")
