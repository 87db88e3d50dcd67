"""Why a PostgreSQL server refused a connection: its SQLSTATE, which libpq reads and does not pass on.

What libpq does pass on is a text in the server's language. So the server is asked once more, and the code is read from
libpq's own trace of the messages.
"""

import os
import re
import select
import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psycopg.pq.abc import PGconn

SECONDS = 5.0
CODE = re.compile(rb'\tErrorResponse\t.*? C "([0-9A-Z]{5})"')
# What is told to `psycopg.connect` and not to libpq.
NOT_LIBPQ = ("autocommit", "context", "cursor_factory", "prepare_threshold", "row_factory")


def connect(dialect: Any, record: Any, arguments: Any, parameters: Any) -> Any:
    """Connect for SQLAlchemy (`do_connect`); a refusal is raised as the class of its SQLSTATE."""
    import psycopg
    from psycopg.conninfo import make_conninfo

    try:
        return dialect.connect(*arguments, **parameters)
    except psycopg.errors.ConnectionTimeout:
        raise
    except psycopg.OperationalError as fault:
        told = {name: value for name, value in parameters.items() if name not in NOT_LIBPQ}
        code = fault.sqlstate or code_of(make_conninfo(*arguments, **told))
        if code is None:
            raise
        raise psycopg.errors.lookup(code)(str(fault)) from None


def code_of(conninfo: str) -> str | None:
    """Return the SQLSTATE with which a server refuses a connection; None when it does not, or is not there."""
    from psycopg import pq

    if sys.platform != "linux":
        return None
    connection = pq.PGconn.connect_start(conninfo.encode())
    traced = os.memfd_create("esteira-libpq")
    try:
        if connection.status == pq.ConnStatus.BAD:
            return None
        connection.trace(traced)
        _try(connection)
        connection.untrace()
        return _last_code(traced)
    finally:
        connection.finish()
        os.close(traced)


def _try(connection: "PGconn") -> None:
    """Let it connect or fail, for a while."""
    from psycopg import pq

    ends, status = time.monotonic() + SECONDS, int(pq.PollingStatus.WRITING)
    while status in (pq.PollingStatus.READING, pq.PollingStatus.WRITING) and time.monotonic() < ends:
        # select() knows no descriptor above 1023
        look = select.poll()
        look.register(connection.socket, select.POLLIN if status == pq.PollingStatus.READING else select.POLLOUT)
        if look.poll(1000):
            status = connection.connect_poll()


def _last_code(traced: int) -> str | None:
    os.lseek(traced, 0, os.SEEK_SET)
    with open(traced, "rb", closefd=False) as file:
        codes = CODE.findall(file.read())
    return codes[-1].decode() if codes else None
