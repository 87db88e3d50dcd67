"""The clock of the queue's own server, in UTC, so that leases do not depend on a session's time zone."""

from typing import Any

from sqlalchemy import DateTime
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class moment(FunctionElement[Any]):  # noqa: N801 - it reads as the function it stands for
    """The server's instant, moved by so many seconds."""

    type = DateTime()
    inherit_cache = True
    name = "moment"


class today(FunctionElement[Any]):  # noqa: N801
    """The server's date and time as its people read them (a DATE of Oracle)."""

    type = DateTime()
    inherit_cache = True
    name = "today"


@compiles(moment, "oracle")
def _oracle(element: moment, compiler: Any, **more: Any) -> str:
    return f"SYS_EXTRACT_UTC(SYSTIMESTAMP) + NUMTODSINTERVAL({compiler.process(element.clauses, **more)}, 'SECOND')"


@compiles(moment, "postgresql")
def _postgresql(element: moment, compiler: Any, **more: Any) -> str:
    seconds = compiler.process(element.clauses, **more)
    return f"timezone('utc', clock_timestamp()) + make_interval(secs => {seconds})"


@compiles(moment, "sqlite")
def _sqlite(element: moment, compiler: Any, **more: Any) -> str:
    return f"strftime('%Y-%m-%d %H:%M:%f', 'now', ({compiler.process(element.clauses, **more)}) || ' seconds')"


@compiles(today, "oracle")
def _oracle_today(_element: today, _compiler: Any, **_: Any) -> str:
    return "SYSDATE"


@compiles(today, "postgresql")
def _postgresql_today(_element: today, _compiler: Any, **_: Any) -> str:
    return "date_trunc('second', localtimestamp)"


@compiles(today, "sqlite")
def _sqlite_today(_element: today, _compiler: Any, **_: Any) -> str:
    return "strftime('%Y-%m-%d %H:%M:%S', 'now', 'localtime')"
