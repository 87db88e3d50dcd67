"""The last use of a token or a session: noted where that is soon done, for whoever only reads waits for no writer."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import InstrumentedAttribute

from core.errors import PlatformError
from core.logs import get_logger
from storage.session import transaction

# It is written no oftener; nobody asks to the second.
EVERY = timedelta(minutes=1)
PATIENCE_SECONDS = 0.2
log = get_logger(__name__)


def note(column: InstrumentedAttribute[Any], number: int, before: datetime | None, now: datetime) -> None:
    """Note a use of a row where the last one is long ago; what is in the way of that costs the note alone."""
    if before is not None and before > now - EVERY:
        return
    row = column.class_
    # whom somebody else holds just now is not waited for either
    free = select(row.id).where(row.id == number).with_for_update(skip_locked=True)
    try:
        with transaction(PATIENCE_SECONDS) as db:
            db.execute(update(row).where(row.id.in_(free)).values({column: now}))
    except (PlatformError, SQLAlchemyError) as fault:
        log.info("last use not noted", table=row.__tablename__, fault=type(fault).__name__)
