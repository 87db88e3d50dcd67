"""What a DBA is given: the queue table, its columns for a reliable relay, its indexes, the trigger that fills it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.settings.fila import FilaColumns, Identifier

BANKS = ("oracle", "postgresql", "sqlite")
DEFAULT_TABLE, DEFAULT_SOURCE, TRIGGER = "HSM_FILA_NOTIFICACAO", "ORDEM_SERVICO", "TG_OS_NOTIF"
MORE_LENGTH = 100


@dataclass(frozen=True)
class Words:
    """How a database spells types and defaults."""

    number: str
    short: str
    text: str
    date: str
    instant: str
    identity: str
    now: str


WORDS = {
    "oracle": Words(
        "NUMBER",
        "NUMBER(5)",
        "VARCHAR2({n} CHAR)",
        "DATE",
        "TIMESTAMP(6)",
        "NUMBER GENERATED ALWAYS AS IDENTITY",
        "SYSDATE",
    ),
    "postgresql": Words(
        "bigint",
        "integer",
        "varchar({n})",
        "timestamp(0)",
        "timestamp",
        "bigint GENERATED ALWAYS AS IDENTITY",
        "localtimestamp",
    ),
    "sqlite": Words(
        "INTEGER",
        "INTEGER",
        "TEXT",
        "TEXT",
        "TEXT",
        "INTEGER PRIMARY KEY AUTOINCREMENT",
        "(strftime('%Y-%m-%d %H:%M:%S','now','localtime'))",
    ),
}


def statements(
    bank: str,
    table: Identifier = DEFAULT_TABLE,
    source: Identifier = DEFAULT_SOURCE,
    columns: FilaColumns | None = None,
    more: Sequence[Identifier] = (),
) -> Iterator[str]:
    """Yield every statement, in order, without its end mark; `more` are columns that the trigger copies of an order."""
    yield create(bank, table, columns or FilaColumns(), more)
    yield from relay(bank, table, columns or FilaColumns())
    yield from trigger(bank, table, source, columns or FilaColumns(), more)


def create(bank: str, table: str, columns: FilaColumns, more: Sequence[str] = ()) -> str:
    """Return the statement that makes the table as the old system knows it."""
    words = WORDS[bank]
    parts = (
        f"{columns.id} {words.identity}",
        f"{columns.os} {words.number}",
        f"{columns.message} {words.text.format(n=4000)}",
        f"{columns.status} {words.text.format(n=20)} DEFAULT 'PENDENTE'",
        f"{columns.created} {words.date} DEFAULT {words.now}",
        f"{columns.processed} {words.date}",
        *(f"{name} {words.text.format(n=MORE_LENGTH)}" for name in more),
    )
    return f"CREATE TABLE {table} (\n  " + ",\n  ".join(parts) + "\n)"


def relay(bank: str, table: str, columns: FilaColumns) -> Iterator[str]:
    """Yield the statements that add what a reliable relay needs, and its indexes."""
    words = WORDS[bank]
    parts = (
        f"{columns.attempts} {words.short} DEFAULT 0 NOT NULL",
        f"{columns.worker} {words.text.format(n=64)}",
        f"{columns.token} {words.text.format(n=36)}",
        f"{columns.leased} {words.instant}",
        f"{columns.next} {words.instant}",
        f"{columns.error} {words.text.format(n=1000)}",
        f"{columns.ntfy} {words.text.format(n=64)}",
    )
    if bank == "oracle":
        yield f"ALTER TABLE {table} ADD (\n  " + ",\n  ".join(parts) + "\n)"
    else:
        yield from (f"ALTER TABLE {table} ADD COLUMN {part}" for part in parts)
    yield from _indexes(bank, table, columns)


def _indexes(bank: str, table: str, columns: FilaColumns) -> Iterator[str]:
    """Yield the indexes: done rows leave those of the pending, of the held and of those in error."""
    bare, status = table.rpartition(".")[2], columns.status
    kept = (("PEND", "PENDENTE", columns.id), ("PROC", "PROCESSANDO", columns.leased), ("ERRO", "ERRO", columns.id))
    for name, state, column in kept:
        if bank == "oracle":
            yield f"CREATE INDEX IX_{bare}_{name} ON {table} (CASE WHEN {status}='{state}' THEN {column} END)"
        else:
            yield f"CREATE INDEX IX_{bare}_{name} ON {table} ({column}) WHERE {status} = '{state}'"
    yield f"CREATE INDEX IX_{bare}_OS ON {table} ({columns.os}, {columns.id})"


def trigger(bank: str, table: str, source: str, columns: FilaColumns, more: Sequence[str] = ()) -> Iterator[str]:
    """Yield the statements of the trigger that makes a row for each new or changed order, in its own transaction."""
    into = f"INSERT INTO {table} ({', '.join((columns.os, columns.message, *more))})"
    new = ":NEW" if bank == "oracle" else "NEW"
    message = f"'OS #' || {new}.{columns.os} || ' atualizada.'"
    values = f"VALUES ({', '.join((f'{new}.{columns.os}', message, *(f'{new}.{name}' for name in more)))})"
    if bank == "oracle":
        yield (
            f"CREATE OR REPLACE TRIGGER {TRIGGER} AFTER INSERT OR UPDATE ON {source} FOR EACH ROW\nBEGIN\n"
            f"  {into}\n  {values};\nEND;"
        )
    elif bank == "postgresql":
        yield (
            f"CREATE OR REPLACE FUNCTION {TRIGGER}_FN() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n"
            f"  {into} {values};\n"
            f"  PERFORM pg_notify('{channel(table)}', '');\n  RETURN NULL;\nEND $$"
        )
        yield (
            f"CREATE TRIGGER {TRIGGER} AFTER INSERT OR UPDATE ON {source}\n"
            f"  FOR EACH ROW EXECUTE FUNCTION {TRIGGER}_FN()"
        )
    else:
        for event in ("INSERT", "UPDATE"):
            yield (
                f"CREATE TRIGGER {TRIGGER}_{event} AFTER {event} ON {source} FOR EACH ROW BEGIN\n"
                f"  {into} {values};\nEND"
            )


def channel(table: str) -> str:
    """Return the name on which PostgreSQL tells of new rows."""
    return f"esteira_{table.lower().replace('.', '_')}"


def script(bank: str, table: str, source: str, columns: FilaColumns | None = None, more: Sequence[str] = ()) -> str:
    """Return everything as a script of the database's own tool."""
    parts = []
    for statement in statements(bank, table, source, columns, more):
        block = bank == "oracle" and statement.startswith("CREATE OR REPLACE TRIGGER")
        parts.append(f"{statement}\n/" if block else f"{statement};")
    return "\n\n".join(parts) + "\n"
