"""Before anything starts the database is of this version; of an older file there is a copy first."""

import zipfile
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from conftest import Configure
from sqlalchemy import text

from core.errors import Misconfigured
from storage import migrate
from storage.session import connect_engine, dispose, transaction
from workers import migrating

FIRST = "0001"


def revision(url: str) -> str | None:
    engine = connect_engine(url)
    with engine.connect() as connection:
        found = migrate.current(connection)
    engine.dispose()
    return found


def older(url: str) -> None:
    """Make a database of the first version."""
    config, engine = Config(), connect_engine(url)
    config.set_main_option("script_location", str(migrate.MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, FIRST)
    engine.dispose()


def test_an_older_file_is_copied_and_brought_to_this_version(configure: Configure, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/antigo.db"
    configure(core__database_url=url)
    older(url)
    copied = migrating.migrate(url)
    assert revision(url) == migrate.HEAD
    assert copied is not None
    assert f"-antes-da-{migrate.HEAD}" in Path(copied).name
    assert zipfile.is_zipfile(copied)


def test_what_is_of_this_version_is_left_without_a_copy(banco: str) -> None:
    assert migrating.migrate(banco) is None
    assert revision(banco) == migrate.HEAD


def test_a_database_of_a_newer_version_is_told_and_left_as_it_is(sqlite: str) -> None:
    with transaction() as db:
        db.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    dispose()
    with pytest.raises(Misconfigured, match="atualize o programa"):
        migrating.migrate(sqlite)
    assert revision(sqlite) == "9999"


def test_a_place_where_no_database_can_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "arquivo").write_text("")
    with pytest.raises(Misconfigured):
        migrating.migrate(f"sqlite:///{tmp_path}/arquivo/esteira.db")
