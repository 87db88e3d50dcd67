"""Is the database still the one that this program knows? Whoever deploys a newer one migrates it while this one runs.

Asked where a connection is given out and where a kept one begins its next transaction, so it must cost next to nothing.
"""

import contextlib
import time
from typing import Any

from core.errors import Misconfigured

# For so long an answer is good for the whole process: one question of it then, of some hundred microseconds.
SECONDS = 2.0
NEWER = "O banco de dados foi feito por uma versão mais nova da Esteira: atualize o programa."
ASKED = "SELECT version_num FROM alembic_version"
_seen = 0.0


def seen() -> None:
    """Note that the database is this program's."""
    global _seen
    _seen = time.monotonic()


def check(driver: Any, faults: type[Exception]) -> None:
    """Raise `Misconfigured` for a database that a newer program migrated; the connection is in no transaction."""
    global _seen
    if time.monotonic() - _seen < SECONDS:
        return
    # the others of this process need not ask meanwhile
    seen()
    if _newer(driver, faults):
        _seen = 0.0
        raise Misconfigured(NEWER)


def _newer(driver: Any, faults: type[Exception]) -> bool:
    from storage.migrate import HEAD

    try:
        found = driver.execute(ASKED).fetchall()
        # PostgreSQL began a transaction with it
        driver.rollback()
    except faults:
        # what is wrong is told to whoever uses it, in words that explain it
        with contextlib.suppress(faults):
            driver.rollback()
        return False
    return any(revision > HEAD for (revision,) in found)
