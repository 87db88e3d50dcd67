"""The names of a folder reach the disk where the system can write them, and nothing is said where it cannot."""

import os
import stat
from pathlib import Path

import pytest

from core.disk import sync_folder


@pytest.mark.parametrize("form", [Path, os.fsencode])
def test_a_folder_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: type[Path]) -> None:
    written = list[bool]()
    monkeypatch.setattr(os, "fsync", lambda number: written.append(stat.S_ISDIR(os.fstat(number).st_mode)))
    sync_folder(form(tmp_path))
    assert written == [True]


def test_one_that_cannot_be_opened_is_left(tmp_path: Path) -> None:
    sync_folder(tmp_path / "nao-ha")
