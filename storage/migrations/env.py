"""Alembic's entry: `storage.migrate` hands over the connection; the command line of Alembic opens the settings' own."""

from typing import Any

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
    context.configure(
        connection=connection,  # type: ignore[arg-type]
        target_metadata=metadata(),
        render_as_batch=True,
        process_revision_directives=_numbered,
    )
    with context.begin_transaction():
        context.run_migrations()


def _numbered(_context: object, _of: object, written: list[Any]) -> None:
    """Give a new migration the number after the newest, whatever was typed: a second one would hide the first."""
    newest = context.script.get_current_head() or "0"
    written[0].rev_id = f"{int(newest) + 1:04}"


run()
