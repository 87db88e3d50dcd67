"""Alembic's entry: `storage.migrate` hands over the connection; the command line of Alembic opens the settings' own."""

from alembic import context

from core.settings.core import CoreSettings
from storage.metadata import metadata
from storage.session import connect_engine


def run() -> None:
    """Run the migrations on the given connection."""
    connection = context.config.attributes.get("connection")
    if connection is not None:
        _migrate(connection)
        return
    with connect_engine(CoreSettings.current().database).begin() as own:
        _migrate(own)


def _migrate(connection: object) -> None:
    context.configure(connection=connection, target_metadata=metadata(), render_as_batch=True)  # type: ignore[arg-type]
    with context.begin_transaction():
        context.run_migrations()


run()
