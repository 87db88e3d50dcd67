"""Sequence numbers of entities, without gaps within what was committed."""

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage.models import Sequencia

LIMIT = 200


def next_value(db: Session, entidade: str) -> int:
    """Count an entity up and return its number, from 1; rivals wait for the transaction's end."""
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    counted = (
        insert(Sequencia)
        .values(entidade=entidade[:LIMIT], valor=1)
        .on_conflict_do_update(index_elements=["entidade"], set_={"valor": Sequencia.valor + 1})
        .returning(Sequencia.valor)
    )
    return int(db.execute(counted).scalar_one())
