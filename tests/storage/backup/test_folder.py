"""The names of backups in a folder, and which of them may go."""

import errno
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.backup import archive
from storage.backup.folder import new_name, rotate
from storage.backup.manifest import Manifest

NOW = datetime(2026, 3, 10, 15, 4, 5, tzinfo=UTC)
OURS, THEIRS = "loja:/dados/esteira.db", "outra:/dados/esteira.db"
NEWEST = "esteira-20260310T150405Z.zip"


def made(folder: Path, name: str, origem: str = OURS) -> Path:
    """Write a backup of a database of three bytes."""
    database, path = folder.parent / "banco.db", folder / name
    database.write_bytes(b"abc")
    said = Manifest(programa="1", criado_em=NOW, origem=origem, migracao="0001", linhas={}, tamanho=3, sha256="0" * 64)
    with path.open("wb") as file:
        archive.write(file, database, said, None)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "copias"
    found.mkdir()
    return found


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def of_days(folder: Path, amount: int, why: str = "") -> list[str]:
    """Make a backup on each of so many days up to the newest; return their names, the newest first."""
    days = [NOW - timedelta(days=ago) for ago in range(amount)]
    return [made(folder, f"esteira-{day:%Y%m%dT%H%M%SZ}{why}.zip").name for day in days]


@pytest.mark.parametrize(
    ("taken", "why", "name"),
    [
        ([], "", "esteira-20260310T150405Z.zip"),
        ([""], "", "esteira-20260310T150405Z-2.zip"),
        (["", "-2"], "", "esteira-20260310T150405Z-3.zip"),
        (["-2"], "", "esteira-20260310T150405Z.zip"),
        ([], "-antes-da-0050", "esteira-20260310T150405Z-antes-da-0050.zip"),
        # one of another reason takes nobody's name
        ([""], "-antes-da-0050", "esteira-20260310T150405Z-antes-da-0050.zip"),
        (["-antes-da-0050"], "-antes-da-0050", "esteira-20260310T150405Z-2-antes-da-0050.zip"),
    ],
)
def test_a_new_name_says_when_and_why_and_nobody_has_it(
    folder: Path, taken: Sequence[str], why: str, name: str
) -> None:
    for one in taken:
        (folder / f"esteira-20260310T150405Z{one}.zip").touch()
    assert new_name(folder, NOW, why) == folder / name


def test_names_of_different_seconds_sort_by_time(folder: Path) -> None:
    instants = [NOW, NOW + timedelta(seconds=1), NOW + timedelta(days=300), NOW + timedelta(days=3000)]
    found = [new_name(folder, instant).name for instant in instants]
    assert found == sorted(found)


@pytest.mark.parametrize(("there", "keep", "left"), [(1, 1, 1), (4, 1, 1), (4, 2, 2), (4, 4, 4), (4, 9, 4), (4, 3, 3)])
def test_the_oldest_go_until_so_many_are_left(folder: Path, there: int, keep: int, left: int) -> None:
    newest_first = of_days(folder, there)
    gone = rotate(folder, OURS, keep, folder / NEWEST)
    assert names(folder) == sorted(newest_first[:left])
    assert [path.name for path in gone] == newest_first[left:][::-1]


def test_one_that_cannot_be_removed_stays_and_the_others_go(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another account made it, or a program of Windows reads it: the new backup is there all the same."""
    newest, second, third, fourth = of_days(folder, 4)
    unlink = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if path.name == third:
            raise PermissionError(errno.EACCES, "Permission denied")
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    assert rotate(folder, OURS, 1, folder / newest) == [folder / fourth, folder / second]
    assert names(folder) == [third, newest]
    assert third in capsys.readouterr().err


def test_the_newest_stays_also_where_a_clock_that_was_ahead_made_others_before(folder: Path) -> None:
    ahead = made(folder, "esteira-20990101T000000Z.zip").name
    made(folder, NEWEST)
    assert [path.name for path in rotate(folder, OURS, 1, folder / NEWEST)] == [ahead]
    assert names(folder) == [NEWEST]


def test_what_is_not_a_backup_of_this_database_stays(folder: Path) -> None:
    made(folder, "esteira-20250101T000000Z.zip", THEIRS)
    made(folder, "antigo.zip")
    made(folder, "esteira-20250102T000000Z.zip.bak")
    (folder / "esteira-20250103T000000Z.zip").write_bytes(b"nada")
    (folder / "esteira-20250104T000000Z.zip").mkdir()
    (folder.parent / "fora").mkdir()
    (folder / "esteira-20250105T000000Z.zip").symlink_to(made(folder.parent / "fora", "esteira.zip"))
    before = names(folder)
    made(folder, NEWEST)
    assert rotate(folder, OURS, 1, folder / NEWEST) == []
    assert names(folder) == sorted([*before, NEWEST])


def test_second_ones_of_a_second_count_too(folder: Path) -> None:
    made(folder, "esteira-20250101T000000Z-2.zip")
    made(folder, "esteira-20250101T000000Z-12.zip")
    made(folder, NEWEST)
    rotate(folder, OURS, 1, folder / NEWEST)
    assert names(folder) == [NEWEST]


def test_of_one_second_the_earlier_ones_go_first(folder: Path) -> None:
    for one in ("-10", "", "-2"):
        made(folder, f"esteira-20250101T000000Z{one}.zip")
    made(folder, NEWEST)
    gone = rotate(folder, OURS, 2, folder / NEWEST)
    assert [path.name for path in gone] == ["esteira-20250101T000000Z.zip", "esteira-20250101T000000Z-2.zip"]
    assert names(folder) == ["esteira-20250101T000000Z-10.zip", NEWEST]


def test_those_of_before_a_migration_are_counted_by_themselves(folder: Path) -> None:
    usual, migrating = of_days(folder, 3), of_days(folder, 3, "-antes-da-0050")
    rotate(folder, OURS, 1, folder / usual[0])
    assert names(folder) == sorted([usual[0], *migrating])
    # whichever migration it was
    newest = made(folder, "esteira-20260310T150405Z-antes-da-0051.zip")
    rotate(folder, OURS, 2, newest)
    assert names(folder) == sorted([usual[0], migrating[0], newest.name])
