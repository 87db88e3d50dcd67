"""A backup that is made before something changes a whole SQLite database."""

from sqlalchemy import Engine

from storage import migrate
from storage.backup import making
from storage.backup.making import Made

KEPT = 3


def migrating(engine: Engine) -> Made | None:
    """Copy the configured database if it is of an earlier version; a few such copies are kept."""
    if engine.dialect.name != "sqlite":
        return None
    with engine.connect() as connection:
        revision = migrate.current(connection)
    if revision is None or revision >= migrate.HEAD:
        return None
    return making.make(keep=KEPT, why=f"-antes-da-{migrate.HEAD}")
