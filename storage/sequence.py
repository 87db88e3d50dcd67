"""Sequence numbers of entities, without gaps within what was committed."""

from sqlalchemy.orm import Session

from storage.models import Sequencia
from storage.rows import insert_for

LIMIT = 200


def next_value(db: Session, entidade: str) -> int:
    """Count an entity up and return its number, from 1; rivals wait for the transaction's end."""
    counted = (
        insert_for(db, Sequencia)
        .values(entidade=entidade[:LIMIT], valor=1)
        .on_conflict_do_update(index_elements=["entidade"], set_={"valor": Sequencia.valor + 1})
        .returning(Sequencia.valor)
    )
    return int(db.execute(counted).scalar_one())
