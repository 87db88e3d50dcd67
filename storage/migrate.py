"""Bring a database to the code's schema, or say in one sentence why not."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, select, text

from core import file_lock
from core.errors import Misconfigured
from storage import crypto, locking
from storage.metadata import metadata
from storage.revision import NEWER
from storage.sealed import is_sealed

MIGRATIONS = Path(__file__).parent / "migrations"
# The versions are numbered in their order, so the last file is the newest schema.
HEAD = max(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))
LOCK_FILE = "migracao.lock"


def current(connection: Connection) -> str | None:
    """Return the revision of a database; None when it has no table of ours."""
    tables = set(inspect(connection).get_table_names())
    if "alembic_version" not in tables:
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def ensure(engine: Engine) -> None:
    """Accept a database of this revision; create an empty SQLite one; else say what to do."""
    with engine.connect() as connection:
        revision = current(connection)
    if revision is None and engine.dialect.name == "sqlite":
        upgrade(engine)
    elif revision is None:
        raise Misconfigured("O banco de dados está vazio: rode `esteira banco migrar`.")
    elif revision > HEAD:
        raise Misconfigured(NEWER)
    elif revision < HEAD:
        raise Misconfigured("O banco de dados é de uma versão anterior: rode `esteira banco migrar`.")
    _ensure_keys(engine)


def upgrade(engine: Engine) -> str:
    """Migrate to the newest revision, one process at a time; return it."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with _alone(engine), _migrating(engine) as connection, warnings.catch_warnings():
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(7386452)"))
        revision = current(connection)
        if revision is not None and revision > HEAD:
            raise Misconfigured(NEWER)
        if revision != HEAD:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    return HEAD


@contextmanager
def _migrating(engine: Engine) -> Iterator[Connection]:
    """Yield a transaction. SQLite alters a table by copying it: with foreign keys on, that empties its children."""
    with engine.connect() as connection:
        switch = _foreign_keys if engine.dialect.name == "sqlite" else None
        if switch:
            switch(connection, "OFF")
        try:
            with connection.begin():
                yield connection
        finally:
            if switch:
                switch(connection, "ON")


def _foreign_keys(connection: Connection, state: str) -> None:
    # Within a transaction SQLite ignores this, and a statement of SQLAlchemy would begin one.
    raw = connection.connection.dbapi_connection
    if raw is not None:
        raw.cursor().execute(f"PRAGMA foreign_keys={state}")


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """Two processes that start together on one SQLite file take turns."""
    if engine.dialect.name != "sqlite" or not engine.url.database:
        yield
        return
    with locking.opened(Path(engine.url.database).with_name(LOCK_FILE)) as file:
        file_lock.wait_for_lock(file)
        yield


def _ensure_keys(engine: Engine) -> None:
    """A first start makes a key file; secrets without any key refuse to start."""
    if crypto.stored_keys():
        return
    with engine.connect() as connection:
        if has_secrets(connection):
            raise crypto.KeysLost
    crypto.create_key_file()


def has_secrets(connection: Connection) -> bool:
    """Tell whether any encrypted column holds something."""
    columns = [c for table in metadata().tables.values() for c in table.c if is_sealed(c)]
    found = (connection.execute(select(c.table.c.id).where(c.is_not(None)).limit(1)).first() for c in columns)
    return any(row is not None for row in found)
