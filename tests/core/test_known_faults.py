"""Conditions that are known are one line that says what happens next; a defect keeps its traceback."""

import errno
import sqlite3
from collections.abc import Callable

import kombu.exceptions
import psycopg.errors
import pytest
import redis.exceptions
from sqlalchemy.exc import InternalError, OperationalError, ProgrammingError

from core import known_faults
from core.errors import Bug, Misconfigured, Transient
from core.known_faults import BROKER, DATABASE, DISK, LATER, LOCK, SETTING, Known


def of_sqlite(code: int) -> OperationalError:
    fault = sqlite3.OperationalError("said")
    fault.sqlite_errorcode = code
    return OperationalError("SELECT 1", {}, fault)


def because(fault: Exception, cause: Exception) -> Exception:
    fault.__cause__ = cause
    return fault


@pytest.mark.parametrize(
    ("fault", "known"),
    [
        (redis.exceptions.LockNotOwnedError("x"), LOCK),
        (redis.exceptions.ConnectionError("x"), BROKER),
        (redis.exceptions.TimeoutError("x"), BROKER),
        (kombu.exceptions.OperationalError("x"), BROKER),
        (OSError(errno.ENOSPC, "No space left on device"), DISK),
        (of_sqlite(13), DISK),
        (of_sqlite(5), DATABASE),
        (of_sqlite(sqlite3.SQLITE_BUSY_SNAPSHOT), DATABASE),
        (OperationalError("SELECT 1", {}, psycopg.OperationalError("connection refused")), DATABASE),
        (OperationalError("SELECT 1", {}, psycopg.errors.AdminShutdown("x")), DATABASE),
        (OperationalError("SELECT 1", {}, psycopg.errors.DiskFull("x")), DISK),
        (InternalError("SELECT 1", {}, psycopg.errors.ReadOnlySqlTransaction("x")), DATABASE),
        (because(Transient(), InternalError("x", {}, psycopg.errors.ReadOnlySqlTransaction("x"))), DATABASE),
        (InternalError("SELECT 1", {}, psycopg.errors.NoActiveSqlTransaction("x")), None),
        (Transient(), LATER),
        (because(Transient(), redis.exceptions.ConnectionError("x")), BROKER),
        (Misconfigured(), SETTING),
        (of_sqlite(1), None),
        (ProgrammingError("SELECT x", {}, psycopg.errors.UndefinedColumn("x")), None),
        (OSError(errno.ENOENT, "x"), None),
        (ValueError("redis.exceptions.ConnectionError"), None),
        (because(ValueError("x"), redis.exceptions.ConnectionError("x")), None),
        (Bug(), None),
    ],
)
def test_a_condition_is_told_from_a_defect(fault: Exception, known: Known | None) -> None:
    assert known_faults.known(fault) == known


def test_a_class_that_only_sounds_alike_is_not_known() -> None:
    made: Callable[..., Exception] = type("ConnectionError", (Exception,), {"__module__": "somewhere"})
    assert known_faults.known(made()) is None
