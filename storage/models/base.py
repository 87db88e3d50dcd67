"""What tables share: names of constraints, the account, the columns of a lease."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Index, MetaData, String, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from storage.types import Instant, RowId

CONTA_PADRAO = "padrao"


def partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """Name an index over some of the rows; the migrations make it so on both databases.

    PostgreSQL's own word for it is not said here: naming it loads that dialect, with all its drivers, in every command.
    """
    return Index(name, *columns, unique=unique, sqlite_where=text(where))


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: Instant}


class Numbered:
    """A row with a number of its own."""

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)


class PerConta:
    """A row that belongs to one named account of an outside system."""

    conta: Mapped[str] = mapped_column(String(100), default=CONTA_PADRAO)


class Leased:
    """Owed work: claimable from `due_at` on; while it is held, `due_at` is the end of the lease."""

    due_at: Mapped[datetime]
    lease_token: Mapped[str | None] = mapped_column(String(120))
