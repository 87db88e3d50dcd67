"""A PostgreSQL database used by one test after another: emptied between them, unless its form was changed.

To copy one takes ten times as long.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import psycopg

PATIENCE = "2s"
# What is deleted is not gone before a vacuum; a table that grew so much is not carried on.
LARGEST = 512 * 1024
# Whatever a test may leave behind that is no row of a table: columns, indexes, keys, triggers, functions, statistics.
FORM = """
    WITH ours AS (SELECT * FROM pg_class WHERE relnamespace = 'public'::regnamespace)
    SELECT md5(string_agg(line, '|' ORDER BY line)) FROM (
        SELECT concat_ws(' ', relname, relkind, reloptions, attname, atttypid, atttypmod, attnotnull) AS line
        FROM ours JOIN pg_attribute ON attrelid = ours.oid WHERE attnum > 0
        UNION ALL SELECT concat_ws(' ', adrelid::regclass, adnum) FROM pg_attrdef JOIN ours ON adrelid = ours.oid
        UNION ALL SELECT concat_ws(' ', conname, conrelid::regclass, convalidated) FROM pg_constraint
        UNION ALL SELECT concat_ws(' ', tgname, tgrelid::regclass, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        UNION ALL SELECT nspname::text FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%'
        UNION ALL SELECT extname::text FROM pg_extension
        UNION ALL SELECT unnest(setconfig) FROM pg_db_role_setting WHERE setdatabase IN
            (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
        UNION ALL SELECT concat_ws(' ', starelid, staattnum) FROM pg_statistic JOIN ours ON starelid = ours.oid
    ) AS lines
"""
WRITTEN = """
    SELECT relname, pg_relation_size(oid) FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0
"""
ALONE = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
RESTART = """
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false)
    FROM pg_sequences WHERE last_value IS NOT NULL
"""


@dataclass(frozen=True)
class Model:
    """The database that is copied: its form, and what its tables hold."""

    form: str
    rows: dict[str, str]


def model_of(address: str) -> Model:
    """Return what a database is before any test."""
    with psycopg.connect(address, autocommit=True) as connection:
        return Model(_form(connection), {table: _rows(connection, table) for table in _written(connection)})


def emptied(address: str, model: Model) -> bool:
    """Make a database what its model is; False where that takes more than to empty tables."""
    try:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f"SET lock_timeout = '{PATIENCE}'")
            connection.execute(ALONE)
            if _form(connection) != model.form:
                return False
            if any(_rows(connection, table) != rows for table, rows in model.rows.items()):
                return False
            return _delete(
                connection, {table: size for table, size in _written(connection).items() if table not in model.rows}
            )
    except psycopg.Error:
        return False


def _delete(connection: psycopg.Connection, tables: Mapping[str, int]) -> bool:
    """Empty tables in any order; keys are not looked at, for all of them go."""
    if any(size > LARGEST for size in tables.values()):
        return False
    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        for table in tables:
            connection.execute(f"DELETE FROM {table}")
        connection.execute(RESTART)
    return True


def _form(connection: psycopg.Connection) -> str:
    return str(_one(connection, FORM))


def _rows(connection: psycopg.Connection, table: str) -> str:
    return str(_one(connection, f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} AS t"))


def _written(connection: psycopg.Connection) -> dict[str, int]:
    return dict(connection.execute(WRITTEN).fetchall())


def _one(connection: psycopg.Connection, query: str) -> object:
    found = connection.execute(query).fetchone()
    assert found is not None
    return found[0]
