"""Sequence numbers of entities, without gaps within what was committed."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from storage.models import Sequencia
from storage.rows import insert_in, table_of

LIMIT = 200
TABLE = table_of(Sequencia)


def next_values(db: Session, amounts: Mapping[str, int]) -> dict[str, int]:
    """Count entities up, each by so many; return the last number of each, from 1.

    Others wait for the transaction's end, in the order of the names, which avoids deadlocks.
    """
    connection = db.connection()
    counting = _counting(connection.dialect.name)
    return {
        entidade: int(
            connection.execute(counting, {"entidade": entidade[:LIMIT], "valor": amounts[entidade]}).scalar_one()
        )
        for entidade in sorted(amounts)
    }


@cache
def _counting(dialect: str) -> Any:
    new = insert_in(dialect, TABLE)
    counted = new.on_conflict_do_update(index_elements=["entidade"], set_={"valor": TABLE.c.valor + new.excluded.valor})
    return counted.returning(TABLE.c.valor)
