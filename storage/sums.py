"""Sums of exact decimals (`storage.types.Exact`): right however large they are, on both databases."""

from decimal import Decimal
from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

# SQLite has decimals as integers, and its own sum ends with an error where it passes the largest of them.
PART, INTEGERS = 10**9, 2**63
JOINED = "joined_sum"


class ExactSum(FunctionElement[Decimal]):
    """The sum of a column, or of an expression of one."""

    name = "exact_sum"
    inherit_cache = True

    def __init__(self, amounts: Any) -> None:
        super().__init__(amounts)
        self.type = amounts.type


@compiles(ExactSum)
def _plainly(element: ExactSum, compiler: Any, **how: Any) -> str:
    return f"sum({compiler.process(element.clauses, **how)})"


@compiles(ExactSum, "sqlite")
def _in_parts(element: ExactSum, compiler: Any, **how: Any) -> str:
    amounts = compiler.process(element.clauses, **how)
    return f"{JOINED}(sum(({amounts}) / {PART}), sum(({amounts}) % {PART}))"


def joined(high: int | None, low: int | None) -> int | str | None:
    """Return a sum whose parts SQLite has added up; as a text, which comes after all numbers, where it is no integer
    there.
    """
    if high is None or low is None:
        return None
    whole = high * PART + low
    return whole if -INTEGERS <= whole < INTEGERS else f"{whole:040d}"


def prepare(connection: Any) -> None:
    """Let a connection to SQLite put such sums together."""
    connection.create_function(JOINED, 2, joined, deterministic=True)
