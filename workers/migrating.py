"""Bring the database to this version before anything starts; a SQLite file is copied first."""


def migrate(database: str) -> str | None:
    """Migrate; return where the copy is that was made of an earlier version's file.

    Raises `PlatformError` with one sentence when it cannot be done; then nothing has changed.
    """
    from storage import migrate
    from storage.backup import before
    from storage.session import connect_engine, explained

    with explained():
        engine = connect_engine(database)
        try:
            copied = before.migrating(engine)
            migrate.upgrade(engine)
            migrate.ensure(engine)
        finally:
            engine.dispose()
    return None if copied is None else str(copied.path)
