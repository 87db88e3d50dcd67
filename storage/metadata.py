"""All tables at once, for who looks at a whole database: the migrations, the search for secrets.

Everybody else imports the rooms whose tables it uses: to map all of them takes longer than most commands run.
"""

from sqlalchemy import MetaData

from core import walk
from storage.models.base import Base

# What only one database has, by its migration: a model would name it on every one.
NOT_IN_MODELS = frozenset({"ix_documento_busca", "ix_documento_contado"})


def metadata() -> MetaData:
    """Return the tables of every room; a room is found by walking."""
    tuple(walk.modules("storage.models"))
    return Base.metadata
