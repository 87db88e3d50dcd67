"""Sequence numbers of entities, without gaps within what was committed."""

from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy.orm import Session

from storage.direct import Direct, Prepared, direct
from storage.models.eventos import Sequencia
from storage.rows import insert_in, table_of

LIMIT = 200
TABLE = table_of(Sequencia)


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


@cache
def _counting(dialect: str) -> Prepared:
    given: dict[str, Any] = {"entidade": bindparam("p_entidade"), "valor": bindparam("p_valor")}
    new = insert_in(dialect, TABLE).values(given)
    counted = new.on_conflict_do_update(index_elements=["entidade"], set_={"valor": TABLE.c.valor + new.excluded.valor})
    return Prepared(counted.returning(TABLE.c.entidade, TABLE.c.valor))
