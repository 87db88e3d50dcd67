"""A process that runs on while a newer program migrates its database writes nothing more, and says why."""

import pytest
from sqlalchemy import text

from core.errors import Misconfigured
from core.settings.core import CoreSettings
from flows.diagnostico import ready
from storage import migrate, revision
from storage.line import Line
from storage.models.usuarios import Usuario
from storage.session import connect_engine, engine, reading, transaction


@pytest.fixture
def asked_at_once(banco: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer is good for longer than the moment."""
    monkeypatch.setattr(revision, "SECONDS", 0.0)
    engine()


def becomes(number: str) -> None:
    """Let another program migrate the database."""
    other = connect_engine(CoreSettings.current().database)
    with other.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :number"), {"number": number})
    other.dispose()


def write() -> None:
    with transaction() as db:
        db.add(Usuario(username="ana"))


def users() -> int:
    with reading() as db:
        return db.query(Usuario).count()


@pytest.mark.usefixtures("asked_at_once")
def test_what_runs_neither_writes_nor_reads_a_database_that_a_newer_program_migrated() -> None:
    becomes("9999")
    for use in (write, users):
        with pytest.raises(Misconfigured, match="atualize o programa"):
            use()
    assert not ready.database()
    becomes(migrate.HEAD)
    assert (users(), ready.database()) == (0, True)
    write()
    assert users() == 1


@pytest.mark.usefixtures("asked_at_once")
def test_a_kept_connection_is_used_no_more_either() -> None:
    line = Line()
    for use in (line.transaction, *([line.alone] if line.dialect == "postgresql" else [])):
        with use() as on:
            on.driver.execute("SELECT 1").fetchall()
        becomes("9999")
        with pytest.raises(Misconfigured, match="atualize o programa"), use():
            pass
        becomes(migrate.HEAD)
        with use() as on:
            assert on.driver.execute("SELECT 1").fetchall() == [(1,)]
    line.close()


def test_an_answer_is_good_for_a_while_and_readiness_asks_anew(banco: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revision, "SECONDS", 3600.0)
    assert ready.database()
    becomes("9999")
    assert (users(), ready.database()) == (0, False)


@pytest.mark.usefixtures("asked_at_once")
def test_a_database_that_does_not_say_its_version_is_for_who_uses_it_to_tell() -> None:
    with transaction() as db:
        db.execute(text("ALTER TABLE alembic_version RENAME TO outra"))
    assert users() == 0
    with transaction() as db:
        db.execute(text("ALTER TABLE outra RENAME TO alembic_version"))
