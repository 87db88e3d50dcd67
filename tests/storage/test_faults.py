"""What a fault of the database asks for, by its code, whatever language the server speaks."""

import os
import sqlite3
from contextlib import ExitStack
from pathlib import Path

import pytest
from conftest import Configure
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import QueuePool
from support.descriptors import very_many_open
from support.refusing import MESSAGE, RefusingServer

from core.errors import Misconfigured, PlatformError, Transient
from storage import faults
from storage.session import connect_engine, engine, explained, reading, transaction
from storage.sqlstate import code_of


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        ("28P01", Misconfigured, faults.REFUSED),
        ("28000", Misconfigured, faults.REFUSED),
        ("3D000", Misconfigured, faults.MISSING),
        ("42501", Misconfigured, faults.FORBIDDEN),
        ("53300", Transient, faults.FULL),
        ("57P03", Transient, faults.AWAY),
        ("XX000", Transient, faults.AWAY),
        ("25P03", Transient, faults.AWAY),
        ("25P04", Transient, faults.AWAY),
        ("25006", Transient, faults.READ_ONLY),
    ],
)
def test_a_server_that_refuses_in_portuguese_is_understood(
    configure: Configure, code: str, kind: type[PlatformError], said: str
) -> None:
    with RefusingServer(code) as server:
        configure(core__database_url=server.url)
        with pytest.raises(kind) as caught:
            engine()
    assert str(caught.value) == said
    assert "segredo" not in f"{caught.value!r} {caught.value.__cause__}"
    assert MESSAGE in str(caught.value.__cause__)


@pytest.mark.parametrize(
    ("user", "name", "said"), [("ninguem", "", faults.REFUSED), ("esteira", "nada", faults.MISSING)]
)
def test_a_real_server_that_refuses_is_understood(postgres: str, user: str, name: str, said: str) -> None:
    address, _, database = postgres.replace("esteira@", f"{user}@").rpartition("/")
    refused = connect_engine(f"{address}/{name or database}")
    with pytest.raises(Misconfigured) as caught, explained(), refused.connect():
        pass
    assert str(caught.value) == said


def test_a_server_that_takes_the_login_or_is_not_there_has_no_code(postgres: str) -> None:
    plain = postgres.replace("+psycopg", "")
    assert code_of(plain) is None
    assert code_of("postgresql://127.0.0.1:1/x") is None
    assert code_of("host=") is None


@pytest.mark.parametrize("last", ["57P03", "28P01"])
def test_a_process_with_very_many_files_open_understands_a_refusal(configure: Configure, last: str) -> None:
    said = {"57P03": faults.AWAY, "28P01": faults.REFUSED}[last]
    with very_many_open(), RefusingServer(last) as server:
        configure(core__database_url=server.url)
        with pytest.raises(PlatformError) as caught:
            engine()
    assert str(caught.value) == said


def test_a_server_that_only_reads_is_a_transient_fault_and_is_left(postgres: str) -> None:
    with transaction() as db:
        # as after a failover: this one connection is to a standby, new ones are not
        db.execute(text("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"))
    with pytest.raises(Transient) as caught, transaction() as db:
        db.execute(text("CREATE TABLE uma (x int)"))
    assert str(caught.value) == faults.READ_ONLY
    with transaction() as db:
        db.execute(text("CREATE TEMPORARY TABLE outra (x int)"))
        assert db.scalar(text("SHOW transaction_read_only")) == "off"


def test_a_table_without_permission_is_configuration(postgres: str) -> None:
    with pytest.raises(Misconfigured, match="permissão"), transaction() as db:
        db.execute(text("CREATE ROLE visita"))
        db.execute(text("SET ROLE visita"))
        db.execute(text("SELECT * FROM event"))


def test_a_full_disk_is_told_as_such(sqlite: str) -> None:
    with pytest.raises(Transient, match="espaço"), transaction() as db:
        db.execute(text("PRAGMA max_page_count = 1"))
        db.execute(text("CREATE TABLE grande (x)"))
        db.execute(text("INSERT INTO grande VALUES (zeroblob(10000000))"))


def test_a_process_whose_connections_are_all_in_use_is_told_that_the_database_is_busy(
    banco: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A beat that shares its process with the API asks again later, as it does while the database is away."""
    pool = engine().pool
    assert isinstance(pool, QueuePool)
    monkeypatch.setattr(pool, "_timeout", 0.0)
    with ExitStack() as held:
        for _ in range(pool.size() + pool._max_overflow):
            held.enter_context(engine().connect())
        with pytest.raises(Transient) as caught, transaction() as db:
            db.execute(text("SELECT 1"))
    assert str(caught.value) == faults.BUSY


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_file_that_may_not_be_written_is_configuration(sqlite: str) -> None:
    Path(sqlite.removeprefix("sqlite:///")).chmod(0o400)
    with pytest.raises(Misconfigured, match="escrever"), transaction() as db:
        db.execute(text("CREATE TABLE x (y)"))


def test_a_folder_is_no_database(configure: Configure, tmp_path: Path) -> None:
    configure(core__database_url=f"sqlite:///{tmp_path}")
    with pytest.raises(Misconfigured, match="abrir"):
        engine()


def test_a_statement_of_ours_that_is_wrong_stays_a_bug(banco: str) -> None:
    with pytest.raises(Exception, match="nao_existe") as caught, reading() as db:
        db.execute(text("SELECT * FROM nao_existe"))
    assert not isinstance(caught.value, PlatformError)


@pytest.mark.parametrize("name", "BUSY LOCKED READONLY CANTOPEN NOTADB CORRUPT FULL IOERR PERM".split())
def test_every_code_has_its_sentence(name: str) -> None:
    original = sqlite3.OperationalError("qualquer texto")
    original.sqlite_errorcode = getattr(sqlite3, f"SQLITE_{name}")
    assert isinstance(faults.explain(OperationalError("x", None, original)), PlatformError)
