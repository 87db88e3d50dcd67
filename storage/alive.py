"""Is a connection still one? Asked whenever the pool gives one out, so it must cost next to nothing."""

import time
from typing import Any

from sqlalchemy.exc import DisconnectionError

from core.readable import readable

# A way that was silent for so long may have been cut without a word; only a question and its answer tell.
SILENT_SECONDS = 20.0
_ASKED = "esteira_asked"


def closed(driver: Any) -> bool:
    """Tell whether the server has closed an idle connection of psycopg: it says something, though nobody asked."""
    if driver.closed:
        return True
    return readable(driver.fileno())


def check(driver: Any, record: Any, _proxy: Any) -> None:
    """Raise `DisconnectionError` for a connection that is gone; the pool then makes another (event `checkout`)."""
    now = time.monotonic()
    silent = now - record.info.get(_ASKED, now)
    record.info[_ASKED] = now
    if closed(driver) or (silent > SILENT_SECONDS and not _answers(driver)):
        raise DisconnectionError


def _answers(driver: Any) -> bool:
    import psycopg

    try:
        driver.execute("SELECT 1")
        driver.rollback()
    except psycopg.Error:
        return False
    return True
