"""Sequence numbers of entities, without gaps within what was committed.

A database that was restored goes on far above what it may have given since its backup: whoever has seen a larger number
would take all that is new for old (`restored_sql`).
"""

from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Integer, bindparam, literal_column
from sqlalchemy.orm import Session

from storage.direct import Direct, Prepared, direct
from storage.models.eventos import Sequencia
from storage.rows import insert_in, table_of

LIMIT = 200
TABLE = table_of(Sequencia)
# The row from which entities count that have none yet; it is there since a first restore.
OTHERS = "(entidades sem linha)"
# As text: a parameter of its own has no place in an insert of many rows that returns them.
FIRST = literal_column(
    f"coalesce((SELECT outras.valor FROM sequencia AS outras WHERE outras.entidade = '{OTHERS}'), 0)",  # noqa: S608
    Integer(),
)
# More than one entity can have been given between a backup and its restore; the column holds 200 of these.
LEAP = 10_000_000


def next_values(on: Session | Direct, amounts: Mapping[str, int]) -> dict[str, int]:
    """Count entities up, each by so many; return the last number of each, from 1.

    Others wait for the transaction's end, in the order of the names, which avoids deadlocks.
    """
    if not amounts:
        return {}
    names, counted = sorted(amounts), Counter[str]()
    for name in names:
        counted[name[:LIMIT]] += amounts[name]
    run = direct(on)
    counting = _counting(run.dialect.name)
    rows = [{"p_entidade": entidade, "p_valor": amount} for entidade, amount in counted.items()]
    found = run.run(counting, rows[0]) if len(rows) == 1 else run.connection.execute(counting.statement, rows)
    last = {entidade: int(valor) for entidade, valor in found}
    numbers = {}
    for name in reversed(names):
        # names that are alike as far as they are stored are numbered one after the other
        numbers[name] = last[name[:LIMIT]]
        last[name[:LIMIT]] -= amounts[name]
    return numbers


def restored_sql(others: str) -> tuple[str, str]:
    """Return what is run in a restored database before anybody counts in it; `others` is how SQL names that row."""
    return (
        f"INSERT INTO sequencia (entidade, valor) VALUES ({others}, 0) ON CONFLICT DO NOTHING",  # noqa: S608
        f"UPDATE sequencia SET valor = valor + {LEAP}",  # noqa: S608
    )


@cache
def _counting(dialect: str) -> Prepared:
    given: dict[str, Any] = {"entidade": bindparam("p_entidade"), "valor": bindparam("p_valor") + FIRST}
    new = insert_in(dialect, TABLE).values(given)
    following = TABLE.c.valor + new.excluded.valor - FIRST
    counted = new.on_conflict_do_update(index_elements=["entidade"], set_={"valor": following})
    return Prepared(counted.returning(TABLE.c.entidade, TABLE.c.valor))
