"""What root makes in the folder of another account is that account's, and nothing else is given away."""

import os
import stat
from pathlib import Path

import pytest
from support.accounts import THEIRS, give_away, only_root, roots

from core import owner


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    folder = tmp_path / "deles"
    folder.mkdir()
    give_away(folder)
    return folder


def owned(path: Path) -> tuple[int, int]:
    return path.lstat().st_uid, path.lstat().st_gid


@only_root
def test_a_file_is_of_the_account_of_its_folder(theirs: Path) -> None:
    os.close(owner.create(theirs / "novo", 0o600))
    assert owned(theirs / "novo") == THEIRS
    assert stat.S_IMODE((theirs / "novo").stat().st_mode) == 0o600


@only_root
def test_a_file_that_takes_the_place_of_another_is_of_that_ones_account(tmp_path: Path) -> None:
    present = tmp_path / "agora"
    present.touch()
    os.close(owner.create(tmp_path / "de root", replaces=present))
    give_away(present)
    os.close(owner.create(tmp_path / "deles", replaces=present))
    assert owned(tmp_path / "deles") == THEIRS
    assert owned(tmp_path / "de root") == (os.getuid(), os.getgid())


@only_root
def test_what_an_earlier_version_left_to_root_goes_back_to_the_account_of_the_folder(theirs: Path) -> None:
    (theirs / "chaves").touch()
    os.close(owner.create(theirs / "rascunho", replaces=theirs / "chaves"))
    assert owned(theirs / "rascunho") == THEIRS


@only_root
def test_folders_are_of_the_account_of_the_first_that_was_there(theirs: Path) -> None:
    owner.make_folder(theirs / "dados" / "backups", 0o700)
    assert roots(theirs.rglob("*")) == set()
    owner.make_folder(theirs / "dados" / "backups")
    assert stat.S_IMODE((theirs / "dados" / "backups").stat().st_mode) == 0o700


@only_root
def test_a_lock_is_of_the_account_of_its_folder_and_one_that_is_there_keeps_its_own(theirs: Path) -> None:
    with owner.open_lock(theirs / "trava") as held:
        held.write("1\n")
    assert owned(theirs / "trava") == THEIRS
    os.chown(theirs / "trava", 1, 1)
    with owner.open_lock(theirs / "trava"):
        assert owned(theirs / "trava") == (1, 1)
    assert (theirs / "trava").read_text() == "1\n"


@only_root
def test_a_link_in_a_folder_of_theirs_gives_them_nothing_of_root(theirs: Path, tmp_path: Path) -> None:
    secret = tmp_path / "segredo"
    secret.write_text("de root")
    (theirs / "trava").symlink_to(secret)
    (theirs / "dados").symlink_to(tmp_path)
    with owner.open_lock(theirs / "trava"):
        pass
    with pytest.raises(FileExistsError):
        owner.create(theirs / "trava")
    owner.make_folder(theirs / "dados")
    assert [owned(path) for path in (secret, tmp_path)] == [(os.getuid(), os.getgid())] * 2


def test_in_a_folder_of_ours_everything_is_ours(tmp_path: Path) -> None:
    owner.make_folder(tmp_path / "a" / "b")
    os.close(owner.create(tmp_path / "a" / "b" / "c"))
    mine = tmp_path.stat().st_uid
    assert {path.stat().st_uid for path in (tmp_path / "a").rglob("*")} == {mine}
    with pytest.raises(FileExistsError):
        owner.create(tmp_path / "a" / "b" / "c")
