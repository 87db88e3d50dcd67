"""After much was deleted the planner knows the tables, and a SQLite file gives its room back."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from support.past import happened

from core.clock import SYSTEM
from core.errors import Transient, UsageError
from storage import tidying
from storage.session import READ_ONLY, connect_engine, dispose, reading, transaction


def many() -> None:
    """Write two megabytes, and delete them."""
    with transaction() as db:
        db.execute(text("CREATE TABLE grande (texto TEXT)"))
        for _ in range(2000):
            db.execute(text("INSERT INTO grande VALUES (:um)"), {"um": "x" * 1000})
    with transaction() as db:
        db.execute(text("DELETE FROM grande"))


def test_a_file_gives_its_room_back_to_the_disk(sqlite: str) -> None:
    many()
    file = Path(make_url(sqlite).database or "")
    assert tidying.tidy() > 400
    driver = sqlite3.connect(file)
    driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    driver.close()
    assert file.stat().st_size < 1_500_000
    assert tidying.tidy() == 0


def older(sqlite: str) -> Path:
    """Turn a database into one of before: it does not know how to give back."""
    file = Path(make_url(sqlite).database or "")
    plain = sqlite3.connect(file)
    plain.execute("PRAGMA journal_mode=DELETE")
    plain.execute("PRAGMA auto_vacuum=NONE")
    plain.execute("VACUUM")
    plain.close()
    return file


def test_a_file_of_an_older_version_stays_as_large_as_it_is_until_it_is_compacted(sqlite: str) -> None:
    file = older(sqlite)
    many()
    assert tidying.tidy() == 0
    before, after = tidying.compact()
    assert before > 2_000_000 > after == file.stat().st_size
    with transaction() as db:
        db.execute(text("DROP TABLE grande"))
    many()
    assert tidying.tidy() > 400


def test_a_file_in_use_is_not_compacted_and_nothing_is_lost(sqlite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    older(sqlite)
    monkeypatch.setattr("storage.session.BUSY_SECONDS", 0)
    dispose()
    tidying.tidy()
    with connect_engine(sqlite).begin() as other:
        other.execute(text("UPDATE marca SET nome = nome"))
        with pytest.raises(Transient, match="pare a Esteira"):
            tidying.compact()
    tidying.compact()


def test_a_server_is_not_compacted(postgres: str) -> None:
    with pytest.raises(UsageError, match="autovacuum"):
        tidying.compact()


def test_a_new_file_knows_how_to_give_back(tmp_path: Path) -> None:
    found = connect_engine(f"sqlite:///{tmp_path / 'novo.db'}")
    with found.begin() as connection:
        connection.execute(text("CREATE TABLE um (texto TEXT)"))
        assert connection.execute(text("PRAGMA auto_vacuum")).scalar_one() == 2
    found.dispose()


def test_a_connection_to_a_file_that_is_there_writes_nothing(sqlite: str) -> None:
    """Who writes at each connection waits for every writer."""
    with transaction() as db:
        db.execute(text("UPDATE marca SET nome = nome"))
        other = connect_engine(sqlite)
        with other.execution_options(**{READ_ONLY: True}).connect() as connection:
            assert connection.execute(text("SELECT 1")).scalar_one() == 1
        other.dispose()


def test_the_planner_of_a_server_learns_of_every_table(postgres: str) -> None:
    happened(SYSTEM.now())
    tidying.tidy()
    with reading() as db:
        query = text("SELECT count(*) FROM pg_stat_user_tables WHERE relname IN ('event', 'marca', 'agenda_dia')")
        assert db.scalar(query) == 3
        known = text("SELECT reltuples FROM pg_class WHERE relname = 'event'")
        assert db.scalar(known) == pytest.approx(1)
