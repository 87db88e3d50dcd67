"""The names of a folder reach the disk where the system can write them; what a disk takes is proven on it."""

import os
import stat
from pathlib import Path

import pytest

from core.disk import PROBE_BYTES, proven_room, sync_folder


@pytest.mark.parametrize("form", [Path, os.fsencode])
def test_a_folder_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: type[Path]) -> None:
    written = list[bool]()
    monkeypatch.setattr(os, "fsync", lambda number: written.append(stat.S_ISDIR(os.fstat(number).st_mode)))
    sync_folder(form(tmp_path))
    assert written == [True]


def test_one_that_cannot_be_opened_is_left(tmp_path: Path) -> None:
    sync_folder(tmp_path / "nao-ha")


def test_room_is_proven_by_what_reaches_the_disk_and_nothing_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = list[int]()
    monkeypatch.setattr(os, "fsync", lambda number: written.append(os.fstat(number).st_size))
    assert proven_room(tmp_path) > PROBE_BYTES
    assert written == [PROBE_BYTES]
    assert list(tmp_path.iterdir()) == []


def test_where_there_is_no_folder_nothing_is_proven(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        proven_room(tmp_path / "nao-ha")
