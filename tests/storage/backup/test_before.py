"""A backup is made before a SQLite database of an earlier version is migrated, and before nothing else."""

from pathlib import Path

import pytest
from conftest import Configure
from sqlalchemy import text

from core.errors import Transient
from core.settings.core import CoreSettings
from storage import migrate
from storage.backup import before, making
from storage.session import connect_engine

EARLIER, LATER = (f"{int(migrate.HEAD) + step:04d}" for step in (-1, 1))


def becomes(revision: str) -> None:
    """Let the configured database say that it is of this version."""
    engine = connect_engine(CoreSettings.current().database)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    engine.dispose()


def copied() -> str | None:
    """Return the name of the backup that was made, if one was."""
    engine = connect_engine(CoreSettings.current().database)
    try:
        made = before.migrating(engine)
    finally:
        engine.dispose()
    return made.path.name if made else None


def backups(tmp_path: Path) -> list[str]:
    folder = tmp_path / "dados" / "backups"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_one_of_an_earlier_version_is_copied_into_the_data_folder_and_its_name_says_why(
    sqlite: str, tmp_path: Path
) -> None:
    becomes(EARLIER)
    name = copied()
    assert name is not None
    assert name.endswith(f"-antes-da-{migrate.HEAD}.zip")
    assert backups(tmp_path) == [name]


@pytest.mark.parametrize("revision", [migrate.HEAD, LATER])
def test_one_that_needs_no_migration_is_not_copied(sqlite: str, tmp_path: Path, revision: str) -> None:
    becomes(revision)
    assert copied() is None
    assert backups(tmp_path) == []


def test_an_empty_one_has_nothing_to_keep(configure: Configure, tmp_path: Path) -> None:
    configure(core__database_url=f"sqlite:///{tmp_path}/novo.db")
    assert copied() is None
    assert backups(tmp_path) == []


def test_a_server_is_none_of_its_business_and_is_not_even_asked(configure: Configure) -> None:
    configure(core__database_url="postgresql://u@127.0.0.1:1/x")
    assert copied() is None


def test_a_few_such_copies_are_kept_the_newest_among_them(
    sqlite: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(before, "KEPT", 1)
    becomes(EARLIER)
    first, second = copied(), copied()
    assert first != second
    assert backups(tmp_path) == [second]


def test_another_backup_under_way_is_for_later_and_no_mistake(sqlite: str, tmp_path: Path) -> None:
    """A service that ends by a mistake of the operator's is not started again."""
    becomes(EARLIER)
    with making.alone(), pytest.raises(Transient, match="em andamento"):
        copied()
    assert backups(tmp_path) == []
    assert copied() is not None
