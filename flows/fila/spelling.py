"""Rows that were noted with their date in the zone of a session are noted anew as they are known now.

Without it each of them would be told again: by an older Esteira they were noted as the session showed them.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import bindparam, exists, select, update
from sqlalchemy.orm import Session

from claims.many import Many
from connectors.oracle.orders import Order
from storage.models.fila import FilaLinha
from storage.rows import table_of

LINES = table_of(FilaLinha)
SPELT = Many({"identidade": LINES.c.identidade, "antes": LINES.c.identidade})


def two_ways(orders: Sequence[Order]) -> list[Order]:
    """Return the rows that may be noted otherwise than they are known now."""
    return [one for one in orders if one.noted_before != one.identity]


def renew(db: Session, nome: str, orders: Sequence[Order]) -> set[str]:
    """Note rows as they are known now; return the identities of those that were noted otherwise."""
    other = two_ways(orders)
    if not other:
        return set()
    connection, pairs = db.connection(), [(one.identity, one.noted_before) for one in other]
    values = SPELT.values(pairs, connection.dialect) | {"p_conta": nome}
    return set(connection.execute(_renewing(connection.dialect.name), values).scalars())


@cache
def _renewing(dialect: str) -> Any:
    spelt, known = SPELT.table(dialect), LINES.alias("ja")
    there = select(known.c.id).where(known.c.conta == bindparam("p_conta"), known.c.identidade == spelt.c.identidade)
    mine = (LINES.c.conta == bindparam("p_conta"), LINES.c.identidade == spelt.c.antes, ~exists(there))
    return update(LINES).where(*mine).values(identidade=spelt.c.identidade).returning(LINES.c.identidade)
