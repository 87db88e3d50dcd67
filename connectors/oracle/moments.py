"""The clock of the queue's own server, in UTC, so that leases do not depend on a session's time zone."""

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeDecorator


class AsWritten(TypeDecorator[Any]):
    """An instant as a row has it; one that is none stays the text that it is, and costs nobody else."""

    impl = NullType
    cache_ok = True

    def process_result_value(self, value: Any, _dialect: Dialect) -> Any:
        """Return the instant."""
        try:
            return datetime.fromisoformat(value) if isinstance(value, str) else value
        except ValueError:
            return value


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


class wall(FunctionElement[Any]):  # noqa: N801
    """What the clock on the wall showed at an instant that has a zone, be it one with a name: that is what is read."""

    type = AsWritten()
    inherit_cache = True
    name = "wall"


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


@compiles(wall, "oracle")
def _oracle_wall(element: wall, compiler: Any, **more: Any) -> str:
    # as many digits as there may be: rounded it would be another row
    return f"CAST({compiler.process(element.clauses, **more)} AS TIMESTAMP(9))"
