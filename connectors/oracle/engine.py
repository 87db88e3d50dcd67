"""The connection to a queue's database: one session per process, closed when idle, and no call without an end."""

from functools import partial
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from core import cut_off
from core.errors import Misconfigured
from core.settings.fila import ContaFila

CONNECT_SECONDS = 10
IDLE_SECONDS = 300
# Keeps a firewall from forgetting the connection, and finds a dead peer; in minutes.
PROBE_MINUTES = 1
# Of a call's time, what a server may use of it.
SERVER_SHARE = 0.75
MODULE = "esteira"
EXPIRING = "ORA-28002"


def open_engine(conta: ContaFila, nome: str) -> Engine:
    """Return an engine for an account; it does not connect yet."""
    try:
        url = _url(conta)
        kind = url.get_backend_name()
        engine = create_engine(
            url,
            pool_size=1,
            max_overflow=2,
            pool_timeout=conta.call_timeout,
            pool_recycle=IDLE_SECONDS,
            **_options(url, conta),
        )
    except (ArgumentError, NoSuchModuleError, ImportError, ValueError):
        raise Misconfigured(
            f"Fila {nome}: fila.url deve ter a forma oracle+oracledb://…, postgresql://… ou sqlite:///arquivo.db."
        ) from None
    if kind not in PREPARED:
        raise Misconfigured(f"Fila {nome}: não leio filas em {kind}; use Oracle, PostgreSQL ou SQLite.")
    prepare = PREPARED[kind]
    event.listen(engine, "connect", lambda connection, _record: prepare(connection, conta))
    if kind == "sqlite":
        event.listen(engine, "begin", _begin_sqlite)
    if kind == "postgresql":
        event.listen(engine, "do_connect", partial(_connect_postgresql, conta))
    if kind == "oracle":
        event.listen(engine, "before_cursor_execute", _fetch_no_more_than_asked)
    return engine


def _url(conta: ContaFila) -> URL:
    if conta.dsn is None:
        given = make_url(conta.url.get_secret_value() if conta.url else "")
        drivers = {"postgresql": "postgresql+psycopg", "oracle": "oracle+oracledb"}
        return given.set(drivername=drivers.get(given.drivername, given.drivername))
    place, _, service = conta.dsn.partition("/")
    host, _, port = place.rpartition(":")
    password = conta.password.get_secret_value() if conta.password else None
    return URL.create("oracle+oracledb", conta.user, password, host, int(port), query={"service_name": service})


def _options(url: URL, conta: ContaFila) -> dict[str, Any]:
    seconds = int(max(conta.call_timeout, 1))
    # sooner than the connection is given up: the server says what it waited for, a silent one would not
    waits = int(conta.call_timeout * 1000 * SERVER_SHARE)
    wanted = {"statement_timeout": waits, "lock_timeout": waits, **cut_off.of_postgresql()}
    options: dict[str, dict[str, Any]] = {
        "oracle": {
            "tcp_connect_timeout": min(CONNECT_SECONDS, conta.call_timeout),
            "expire_time": PROBE_MINUTES,
            "disable_oob": True,
        },
        "postgresql": {
            "connect_timeout": min(CONNECT_SECONDS, seconds),
            "application_name": MODULE,
            "client_encoding": "utf8",
            "options": " ".join(f"-c {name}={value}" for name, value in wanted.items()),
            **cut_off.of_libpq(),
            "tcp_user_timeout": seconds * 1000,
        },
        "sqlite": {"timeout": conta.call_timeout},
    }
    return {"connect_args": options.get(url.get_backend_name(), {})}


def _prepare_oracle(connection: Any, conta: ContaFila) -> None:
    # The driver gives a call up, and then waits as long again for the server to agree.
    connection.call_timeout = int(conta.call_timeout * 1000 / 2)
    connection.module, connection.action = MODULE, "fila"
    connection.outputtypehandler = _readable(connection.outputtypehandler)


def _readable(before: Any) -> Any:
    """Return what reads every text, with bytes that its character set does not have too, and long ones as texts."""
    import oracledb

    texts = (oracledb.DB_TYPE_VARCHAR, oracledb.DB_TYPE_CHAR, oracledb.DB_TYPE_NVARCHAR, oracledb.DB_TYPE_NCHAR)
    read_as = dict.fromkeys(texts) | dict.fromkeys(
        (oracledb.DB_TYPE_CLOB, oracledb.DB_TYPE_NCLOB), oracledb.DB_TYPE_LONG
    )

    # As SQLAlchemy calls it: the form before oracledb 1.2.
    def handler(cursor: Any, name: str, kind: Any, size: int, precision: int, scale: int) -> Any:
        if kind in read_as:
            return cursor.var(read_as[kind] or kind, arraysize=cursor.arraysize, encoding_errors="replace")
        return before(cursor, name, kind, size, precision, scale) if before else None

    return handler


def _fetch_no_more_than_asked(
    _connection: Any, cursor: Any, _statement: str, _parameters: Any, context: Any, _many: bool
) -> None:
    """Every row that the driver fetches ahead of a claim is a row that it locks."""
    rows = context.execution_options.get("max_row_buffer")
    if rows:
        cursor.prefetchrows, cursor.arraysize = 0, rows


def _prepare_sqlite(connection: Any, _conta: ContaFila) -> None:
    connection.isolation_level = None


def _begin_sqlite(connection: Any) -> None:
    # Whoever claims becomes the writer first, or two would choose the same rows.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _connect_postgresql(conta: ContaFila, _dialect: Any, _record: Any, given: Any, named: Any) -> Any:
    from connectors.oracle.postgresql import connect

    return connect(conta.call_timeout, *given, **named)


def password_expires(connection: Connection) -> bool:
    """Tell whether the database said, when this connection was made, that the password is in its days of grace."""
    told = getattr(connection.connection.dbapi_connection, "warning", None)
    return getattr(told, "full_code", None) == EXPIRING


PREPARED = {"oracle": _prepare_oracle, "postgresql": lambda *_: None, "sqlite": _prepare_sqlite}
