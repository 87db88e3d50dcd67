"""Words within bytes, found by either database."""

from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, func, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction


class _Place(GenericFunction[int]):
    """Where some bytes begin within others, from 1; 0 where they do not stand there."""

    name = "esteira_place"
    inherit_cache = True


@compiles(_Place, "sqlite")
def _sqlite(element: Any, compiler: Any, **how: Any) -> str:
    whole, part = (compiler.process(one, **how) for one in element.clauses)
    return f"instr({whole}, {part})"


@compiles(_Place, "postgresql")
def _postgresql(element: Any, compiler: Any, **how: Any) -> str:
    whole, part = (compiler.process(one, **how) for one in element.clauses)
    return f"position({part} IN {whole})"


def holds(column: Any, part: bytes) -> ColumnElement[bool]:
    """Return the condition that a column of bytes has these within it."""
    return func.esteira_place(column, literal(part, LargeBinary)) > 0
