"""A backup that is made before something changes a whole SQLite database."""

from sqlalchemy import Engine

from core.errors import Conflict, Transient
from storage import migrate
from storage.backup import making
from storage.backup.making import Made

KEPT = 3


def migrating(engine: Engine) -> Made | None:
    """Copy the configured database if it is of an earlier version; a few such copies are kept.

    Raises what `making.make` does, but that another backup under way is `Transient`: a service tries again.
    """
    if engine.dialect.name != "sqlite":
        return None
    with engine.connect() as connection:
        revision = migrate.current(connection)
    if revision is None or revision >= migrate.HEAD:
        return None
    try:
        return making.make(keep=KEPT, why=f"-antes-da-{migrate.HEAD}")
    except Conflict as under_way:
        raise Transient(str(under_way)) from None
