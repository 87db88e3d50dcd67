"""A database of an earlier release, with work owed in every table of every flow, becomes one of today: nothing is lost,
all of it can be claimed and is done, and a migration that fails leaves it as it was.
"""

import importlib
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from conftest import Configure, forget_process_state
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Engine,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    select,
)
from sqlalchemy.types import TypeEngine
from support.deliveries import SECRET, deliveries
from support.postgres import Cluster

from claims.holder import new_token
from claims.sql import SqlClaims
from core.clock import SYSTEM
from events.body import serialise
from events.delivery.drain import drain
from sandbox.receiver import ReceiverServer
from storage import crypto, migrate
from storage.session import connect_engine, transaction

ROOT = Path(__file__).parents[2]
# The schema of the release before: what came after it is what an upgrade does.
BEFORE = "0044"
ROWS = 3
PAST = datetime(2026, 3, 2, 12, tzinfo=UTC)
# What makes a row owed, where a column's plainest value does not.
OWED: dict[str, dict[str, Any]] = {
    "destino": {"tipo": "webhook", "ativo": True, "timeout": 15, "retry_count": 11},
    "delivery": {"estado": "pendente"},
    "questor_arquivo": {"estado": "pendente"},
    "import_log": {"status": "processando"},
    "sync_item": {"situacao": "pendente"},
    "sefaz_manifestacao": {"estado": "pendente"},
    "caixa": {"ativo": True, "parada": False},
    "agenda_dia": {"estado": "pendente"},
}


def up_to(engine: Engine, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "storage/migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def plain(kind: TypeEngine[Any], name: str, number: int, *, aware: bool) -> Any:
    """Return a value that a column without any other takes."""
    if isinstance(kind, DateTime):
        return PAST if aware else PAST.replace(tzinfo=None)
    if isinstance(kind, Date):
        return PAST.date() + timedelta(days=number)
    if isinstance(kind, Boolean):
        return False
    if isinstance(kind, Integer | Numeric | Float):
        return number
    if isinstance(kind, LargeBinary):
        return crypto.ring().encrypt(f"{name}-{number}")
    length = getattr(kind, "length", None) or 40
    return f"{number}-{name}"[:length]


def needed(column: Column[Any]) -> bool:
    return column.primary_key or not (column.nullable or column.server_default is not None)


def row(table: Table, number: int, *, aware: bool, **more: Any) -> dict[str, Any]:
    """Return a row of the table's least values, whose keys lead to the rows of the same number."""
    values: dict[str, Any] = {}
    for column in table.columns:
        if column.name in more:
            values[column.name] = more[column.name]
        elif column.foreign_keys and (needed(column) or table.name == "delivery"):
            values[column.name] = number
        elif needed(column) or column.name == "due_at":
            values[column.name] = plain(column.type, column.name, number, aware=aware)
    return values


def filled(engine: Engine, receiver: str) -> dict[str, list[dict[str, Any]]]:
    """Put rows into every table of a schema; return what is in each."""
    tables, aware = MetaData(), engine.dialect.name == "postgresql"
    tables.reflect(engine)
    with engine.begin() as connection:
        for table in tables.sorted_tables:
            if table.name == "alembic_version":
                continue
            owed = dict(OWED.get(table.name, {}))
            for number in range(1, ROWS + 1):
                if table.name == "event":
                    body = serialise("alerta_aberto", f"msg_{number}", PAST, {"nome": "São João"})
                    owed = {"nome": "alerta_aberto", "message_id": f"msg_{number}", "corpo": body}
                if table.name == "destino":
                    owed |= {"url": receiver, "secret_key": crypto.ring().encrypt(SECRET), "nome": f"d{number}"}
                connection.execute(table.insert().values(row(table, number, aware=aware, **owed)))
        if aware:
            for table in tables.sorted_tables:
                if "id" in table.c and isinstance(table.c.id.type, Integer):
                    named = f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), {ROWS})"
                    connection.exec_driver_sql(named)
    ours = [table for table in tables.sorted_tables if table.name != "alembic_version"]
    return contents(engine, {table.name: [column.name for column in table.columns] for table in ours})


def contents(engine: Engine, columns: dict[str, list[str]]) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of these columns of these tables."""
    tables, found = MetaData(), {}
    tables.reflect(engine, only=list(columns))
    with engine.connect() as connection:
        for table in tables.sorted_tables:
            rows = connection.execute(select(table)).mappings()
            found[table.name] = sorted(
                ({name: said(one[name]) for name in columns[table.name]} for one in rows), key=str
            )
    return found


def said(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def homes() -> list[SqlClaims[Any, Any]]:
    """Return every kind of owed work there is."""
    files = [path for room in ("flows", "events") for path in sorted((ROOT / room).rglob("*.py"))]
    names = [path.relative_to(ROOT).with_suffix("") for path in files if "= SqlClaims(" in path.read_text()]
    modules = [importlib.import_module(".".join(name.parts)) for name in names]
    return [value for module in modules for value in vars(module).values() if isinstance(value, SqlClaims)]


@pytest.fixture
def receiver(loopback: None) -> Iterator[ReceiverServer]:
    with ReceiverServer({"/x": SECRET}) as running:
        yield running


def made(url: str) -> None:
    engine = connect_engine(url)
    up_to(engine, BEFORE)
    engine.dispose()


@pytest.fixture(scope="session")
def earlier_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of the release before, to be copied."""
    path = tmp_path_factory.mktemp("anterior") / "esteira.db"
    made(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def earlier_postgres(cluster: Cluster) -> str:
    """The name of a database of the release before, to be copied."""
    cluster.create("anterior")
    made(cluster.url("anterior"))
    return "anterior"


@pytest.fixture(params=["sqlite", "postgres"])
def earlier(request: pytest.FixtureRequest, configure: Configure, tmp_path: Path) -> Iterator[Engine]:
    """An empty database of the release before, configured."""
    if request.param == "sqlite":
        url = f"sqlite:///{shutil.copy(request.getfixturevalue('earlier_sqlite'), tmp_path / 'esteira.db')}"
    else:
        cluster: Cluster = request.getfixturevalue("cluster")
        name = cluster.create_from(request.getfixturevalue("earlier_postgres"))
        url = cluster.url(name)
    configure(core__database_url=url)
    engine = connect_engine(url)
    yield engine
    engine.dispose()
    forget_process_state()
    if request.param == "postgres":
        cluster.drop(name)


def test_an_upgrade_loses_nothing_and_all_that_was_owed_is_done(earlier: Engine, receiver: ReceiverServer) -> None:
    before = filled(earlier, f"{receiver.url}/x")
    assert sum(map(len, before.values())) > 40 * ROWS
    assert migrate.upgrade(earlier) == migrate.HEAD
    assert contents(earlier, {name: list(rows[0]) for name, rows in before.items()}) == before
    taken: Counter[str] = Counter()
    # nothing was owed in a table that came later
    for home in (one for one in homes() if one.table.name in before):
        with transaction() as db:
            # some tables are owed to several, each ready for other rows
            taken[home.table.name] += len(home.on(db).claim(100, SYSTEM.now(), 60, new_token()))
            db.rollback()
    assert {name: amount for name, amount in taken.items() if amount < ROWS} == {}
    assert len(taken) > 10
    for destino in range(1, ROWS + 1):
        drain(destino)
    assert [(one.estado, one.last_error) for one in deliveries()] == [("entregue", None)] * ROWS
    assert receiver.ids == {one["message_id"] for one in before["event"]}
    assert receiver.unverified == 0


def test_what_was_consulted_for_an_earlier_owner_of_a_cnpj_is_parted_from_what_is_consulted_now(
    earlier: Engine, receiver: ReceiverServer
) -> None:
    filled(earlier, f"{receiver.url}/x")
    same = "UPDATE empresa SET cnpj = (SELECT cnpj FROM sefaz_contribuinte WHERE id = 1) WHERE id IN (1, 2)"
    theirs = "UPDATE sefaz_consulta SET serie_id = 1 WHERE id IN (1, 2)"
    came = "UPDATE sefaz_documento SET serie_id = 1, nsu = id, consulta_id = id WHERE id IN (1, 2)"
    with earlier.begin() as connection:
        for statement in (same, theirs, came):
            connection.exec_driver_sql(statement)
    migrate.upgrade(earlier)
    for table in ("sefaz_consulta", "sefaz_documento"):
        owners = f"SELECT t.id, s.empresa_id FROM {table} t JOIN sefaz_serie s ON s.id = t.serie_id ORDER BY t.id"
        with earlier.connect() as connection:
            assert [tuple(one) for one in connection.exec_driver_sql(owners)] == [(1, 1), (2, 2), (3, 3)]


BROKEN = '''
"""quebra."""
import os, signal
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "9999", "{head}", None, None
def upgrade() -> None:
    op.create_table("nova", sa.Column("id", sa.Integer(), primary_key=True))
    with op.batch_alter_table("delivery") as batch:
        batch.add_column(sa.Column("nova", sa.String(10)))
    op.execute("DELETE FROM event")
    {end}
'''
RUN = """
import sys
from pathlib import Path
from core.settings.core import CoreSettings
from storage import migrate
from storage.session import connect_engine
migrate.MIGRATIONS, migrate.HEAD = Path(sys.argv[1]), "9999"
migrate.upgrade(connect_engine(CoreSettings.current().database))
"""


@pytest.mark.parametrize("end", ["raise ValueError('quebrou')", "os.kill(os.getpid(), signal.SIGKILL)"])
def test_a_migration_that_fails_or_is_killed_leaves_the_database_as_it_was(
    earlier: Engine, tmp_path: Path, end: str
) -> None:
    before = filled(earlier, "https://a.example/x")
    folder = tmp_path / "migracoes"
    shutil.copytree(ROOT / "storage/migrations", folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions/9999_quebra.py").write_text(BROKEN.format(head=migrate.HEAD, end=end))
    done = subprocess.run([sys.executable, "-c", RUN, str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode in (1, -9), done.stderr
    with earlier.connect() as connection:
        assert migrate.current(connection) == BEFORE
    there = {name: list(rows[0]) for name, rows in before.items() if rows}
    tables = MetaData()
    tables.reflect(earlier)
    assert "nova" not in tables.tables
    assert {
        table.name: [column.name for column in table.columns] for table in tables.sorted_tables if table.name in there
    } == there
    assert contents(earlier, there) == {name: rows for name, rows in before.items() if rows}
    # and the program of today takes it from there
    assert migrate.upgrade(earlier) == migrate.HEAD
