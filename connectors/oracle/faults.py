"""Faults of a queue's database, by what the caller has to do next; never its address, its user or a statement."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from connectors.oracle.codes import (
    AWAY,
    CODES,
    CROWDED,
    GONE,
    NAMES,
    NO_COLUMN,
    NO_TABLE,
    REFUSED,
    STATES,
    UNKNOWN,
    Row,
)
from core.errors import Misconfigured, PlatformError, Transient

_CODE = re.compile(r"\b(?:ORA|DPY)-\d{4,5}\b")
# Outside of another fault this one says only that there was no connection.
OUTER = "DPY-6005"
# How psycopg begins to tell of a connection that was not made, at once or in time.
NOT_CONNECTED = ("connection failed", "connection timeout")


class ConnectionLost(Transient):
    """A conexão com o banco da fila caiu; não se sabe o que foi gravado."""


class LoginRefused(Misconfigured):
    """O banco da fila recusou o usuário ou a senha."""


def row_of(error: BaseException) -> Row:
    """Return what a driver's error means."""
    codes = _codes(error)
    inner = [code for code in codes if code != OUTER]
    if known := next((CODES[code] for code in (*inner, *codes) if code in CODES), None):
        return known
    state = str(getattr(error, "sqlstate", None) or "")
    if state:
        return next((row for prefix, row in STATES if state.startswith(prefix)), UNKNOWN)
    if str(error).startswith(NOT_CONNECTED):
        return _not_connected(error)
    name = str(getattr(error, "sqlite_errorname", None) or "")
    if name == "SQLITE_ERROR":
        return NO_TABLE if "table" in str(error) else NO_COLUMN
    return next((row for prefix, row in NAMES if name.startswith(prefix)), UNKNOWN)


def _not_connected(error: BaseException) -> Row:
    """Judge a failed connection to PostgreSQL, of which libpq gives no SQLSTATE: by what it knows of the password."""
    asked: Any = getattr(error, "pgconn", None)
    # the server's word for the end of a connection is the same in most languages
    refused = asked is not None and (asked.needs_password or (asked.used_password and "FATAL" in str(error)))
    return REFUSED if refused else AWAY


def _codes(error: BaseException) -> list[str]:
    told: Any = error.args[0] if error.args else None
    full = getattr(told, "full_code", "")
    return [code for code in (full, *_CODE.findall(str(error))) if code]


def fault_of(error: BaseException, conta: str) -> PlatformError:
    """Return the fault to raise: the account, what happened, and the number by which the DBA knows it."""
    row, codes = row_of(error), _codes(error)
    number = f" ({codes[0]})" if codes else ""
    kind = ConnectionLost if row.gone else LoginRefused if row.login else row.kind
    return kind(f"Fila {conta}: {row.text}{number}.")


@contextmanager
def explained(conta: str) -> Iterator[None]:
    """Turn the driver's errors into ours."""
    try:
        yield
    except PlatformError:
        raise
    except DBAPIError as error:
        said = error.orig or error
        lost = error.connection_invalidated and row_of(said) is UNKNOWN
        fault = ConnectionLost(f"Fila {conta}: {GONE.text}.") if lost else fault_of(said, conta)
    except PoolTimeoutError:
        fault = CROWDED.kind(f"Fila {conta}: {CROWDED.text}.")
    except (ValueError, ArithmeticError):
        # the driver met a value that Python has no room for
        fault = Transient(f"Fila {conta}: um valor da tabela não pôde ser lido.")
    else:
        return
    raise fault
