"""The settings of a demonstration hold as long as it lives: its lock says so, not its files."""

from collections.abc import Callable
from pathlib import Path

import pytest

from core import file_lock
from core.settings.demonstration import FOLDER, LOCK_FILE, SETTINGS_FILE, lives_in, running_in


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / FOLDER
    made.mkdir()
    (made / LOCK_FILE).touch()
    (made / SETTINGS_FILE).write_text('{"core": {"timezone": "UTC"}}', encoding="utf-8")
    return made


def seen(folder: Path) -> object:
    """Return what is seen while somebody holds the lock of a folder."""
    with (folder / LOCK_FILE).open("ab") as file:
        assert file_lock.lock(file)
        return running_in(folder.parent)


def test_of_one_that_lives_the_settings_hold(folder: Path) -> None:
    assert seen(folder) == {"core": {"timezone": "UTC"}}


def test_one_that_ended_without_a_word_left_nothing_that_holds(folder: Path) -> None:
    seen(folder)
    assert not lives_in(folder)
    assert running_in(folder.parent) == {}


def test_who_looks_takes_no_lock(folder: Path) -> None:
    assert not lives_in(folder)
    with (folder / LOCK_FILE).open("ab") as file:
        assert file_lock.lock(file)
        assert lives_in(folder)
        assert lives_in(folder)
    assert not lives_in(folder)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file.unlink(),
        lambda file: file.write_text('{"core": '),
        lambda file: file.write_bytes(b"\xff\xfe"),
        lambda file: file.write_text(""),
    ],
    ids=["gone", "half written", "no text", "empty"],
)
def test_settings_that_cannot_be_read_are_none(folder: Path, spoil: Callable[[Path], object]) -> None:
    spoil(folder / SETTINGS_FILE)
    assert seen(folder) == {}


def test_without_a_folder_or_a_lock_there_is_no_demonstration(tmp_path: Path) -> None:
    assert running_in(tmp_path) == {}
    (tmp_path / FOLDER).mkdir()
    assert not lives_in(tmp_path / FOLDER)
    assert running_in(tmp_path) == {}
