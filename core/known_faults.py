"""Conditions that are known: one line says what it is and what happens next, and no traceback follows.

Classes are named by text, so that nothing is loaded to be told apart. The first row that fits decides.
"""

import errno
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.errors import Misconfigured, PlatformError, Transient


@dataclass(frozen=True)
class Known:
    """What is wrong, and what happens next."""

    what: str
    next: str


DISK = Known("disk full", "free space on it; what is owed stays in the database and is tried again")
LOCK = Known("beat lost its lock", "it tries for it at each tick, and goes on when it has it")
BROKER = Known("broker away", "connects again by itself; what is owed stays in the database")
DATABASE = Known("database away", "tried again by itself; nothing that was committed is lost")
LATER = Known("other side away", "tried again later by itself")
SETTING = Known("setting wrong", "correct the setting that the reason names; `esteira diagnostico` tells whether it is")

SQLITE_FULL, SQLITE_AWAY = 13, (5, 6, 10, 14)
# The last of them: it only reads, and it ended an idle or a long transaction.
SQLSTATE_FULL, SQLSTATES_AWAY = "53100", ("08", "53", "57P", "", "25006", "25P03", "25P04")


def _full(fault: BaseException) -> bool:
    return isinstance(fault, OSError) and fault.errno == errno.ENOSPC


def _is(*names: str) -> Callable[[BaseException], bool]:
    wanted = frozenset(names)

    def fits(fault: BaseException) -> bool:
        return any(f"{kind.__module__}.{kind.__qualname__}" in wanted for kind in type(fault).__mro__)

    return fits


_of_sqlalchemy = _is("sqlalchemy.exc.DBAPIError")
_of_driver = _is(
    "sqlite3.OperationalError", "psycopg.OperationalError", "psycopg.InterfaceError", "psycopg.InternalError"
)


def _driver_fault(fault: BaseException) -> Any:
    """Return what the driver of a database said."""
    orig = getattr(fault, "orig", None) if _of_sqlalchemy(fault) else fault
    return orig if orig is not None and _of_driver(orig) else None


def _database_full(fault: BaseException) -> bool:
    said = _driver_fault(fault)
    return said is not None and (_sqlite_code(said) == SQLITE_FULL or getattr(said, "sqlstate", "") == SQLSTATE_FULL)


def _database_away(fault: BaseException) -> bool:
    """A statement that the database does not understand is a defect of ours, and no absence."""
    said = _driver_fault(fault)
    if said is None:
        return False
    code = _sqlite_code(said)
    if code is not None:
        return code in SQLITE_AWAY
    state = getattr(said, "sqlstate", None) or ""
    return any(state.startswith(one) if one else not state for one in SQLSTATES_AWAY)


def _sqlite_code(said: Any) -> int | None:
    code = getattr(said, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


KNOWN: tuple[tuple[Callable[[BaseException], bool], Known], ...] = (
    (_full, DISK),
    (_database_full, DISK),
    (_is("redis.exceptions.LockError"), LOCK),
    (_is("redis.exceptions.ConnectionError", "redis.exceptions.TimeoutError"), BROKER),
    (_is("redis.exceptions.BusyLoadingError", "redis.exceptions.ReadOnlyError"), BROKER),
    (_is("kombu.exceptions.OperationalError", "amqp.exceptions.ConnectionError"), BROKER),
    (_is("amqp.exceptions.RecoverableConnectionError", "amqp.exceptions.ConnectionForced"), BROKER),
    (_database_away, DATABASE),
    (_is("requests.exceptions.ConnectionError", "requests.exceptions.Timeout"), LATER),
    (lambda fault: isinstance(fault, Transient), LATER),
    (lambda fault: isinstance(fault, Misconfigured), SETTING),
)


def known(fault: BaseException) -> Known | None:
    """Return what is known of a fault; what lies behind a fault of ours decides first."""
    chain = [fault]
    if isinstance(fault, PlatformError):
        chain = [one for one in (fault.__cause__, fault.__context__) if one is not None] + chain
    return next((said for one in chain for fits, said in KNOWN if fits(one)), None)
