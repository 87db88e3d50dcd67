"""A lock that cannot be opened is a sentence, and what to do about it."""

import errno
import os
from pathlib import Path

import pytest

from core.errors import Misconfigured, Transient
from storage import locking


def test_the_folder_and_the_file_are_made_where_they_are_missing(tmp_path: Path) -> None:
    with locking.opened(tmp_path / "dados" / "x.lock") as held:
        held.write("1")
    assert (tmp_path / "dados" / "x.lock").read_text() == "1"
    assert (tmp_path / "dados").stat().st_mode & 0o777 == 0o700


def test_one_that_cannot_be_opened_is_for_an_operator(tmp_path: Path) -> None:
    (tmp_path / "x.lock").mkdir()
    told = r"x\.lock: é uma pasta\. .* conta que roda a Esteira"
    with pytest.raises(Misconfigured, match=told), locking.opened(tmp_path / "x.lock"):
        pass
    (tmp_path / "arquivo").touch()
    with (
        pytest.raises(Misconfigured, match=r"arquivo.*não é uma pasta"),
        locking.opened(tmp_path / "arquivo" / "x" / "y"),
    ):
        pass


def test_a_full_disk_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "open", full)
    with pytest.raises(Transient, match="o disco está cheio"), locking.opened(tmp_path / "x.lock"):
        pass
