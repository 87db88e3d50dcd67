"""Files that stay: private, complete or not there."""

import errno
import os
import shutil
import stat
from collections import namedtuple
from pathlib import Path

import pytest

from core.errors import Transient, UsageError
from storage.backup.durable import check_parent, draft_of, keep, make_room, mega, sweep_drafts, sync_file

MARK = "0123abcd"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file is to be."""
    (tmp_path / "copias").mkdir()
    return tmp_path / "copias" / "hoje.zip"


def names(folder: Path) -> set[str]:
    return {one.name for one in folder.iterdir()}


def test_a_draft_is_empty_private_beside_its_path_and_of_whoever_makes_it(path: Path) -> None:
    with draft_of(path, MARK) as draft:
        assert (draft.parent, draft.name) == (path.parent, f".hoje.zip.{MARK}.parcial")
        assert (draft.read_bytes(), stat.S_IMODE(draft.stat().st_mode)) == (b"", 0o600)
        assert not path.exists()


def test_a_draft_that_nobody_kept_is_gone(path: Path) -> None:
    with draft_of(path, MARK) as draft:
        draft.write_bytes(b"x")
    assert names(path.parent) == set()


def test_one_that_was_kept_has_its_name_and_what_was_there_before_is_replaced(path: Path) -> None:
    path.write_bytes(b"de ontem")
    with draft_of(path, MARK) as draft:
        draft.write_bytes(b"de hoje")
        keep(draft, path)
    assert (names(path.parent), path.read_bytes()) == ({path.name}, b"de hoje")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_somebody_of_the_same_mark_is_writing_is_neither_taken_nor_removed(path: Path) -> None:
    with draft_of(path, MARK) as draft:
        draft.write_bytes(b"x")
        with pytest.raises(UsageError, match=r"Não consegui criar .*hoje\.zip: já existe\."), draft_of(path, MARK):
            pass
        assert draft.read_bytes() == b"x"
        with draft_of(path, "outra"):
            assert len(names(path.parent)) == 2


def test_where_there_is_no_folder_none_can_be_made(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"não existe\."), draft_of(tmp_path / "copias" / "hoje.zip", MARK):
        pass


@pytest.mark.parametrize(
    ("fault", "raised"),
    [
        (OSError(28, "No space left"), Transient),
        (ValueError("outro"), ValueError),
        (KeyboardInterrupt(), KeyboardInterrupt),
    ],
    ids=repr,
)
def test_whatever_breaks_in_the_middle_leaves_nothing_and_a_fault_of_the_disk_is_for_later(
    path: Path, fault: BaseException, raised: type[BaseException]
) -> None:
    with pytest.raises(raised) as told, draft_of(path, MARK) as draft:
        draft.write_bytes(b"x")
        raise fault
    assert names(path.parent) == set()
    if raised is Transient:
        assert str(told.value) == f"Não consegui escrever {path}: o disco está cheio."


def test_what_is_written_to_the_disk_stays_as_it_was(path: Path) -> None:
    path.write_bytes(b"abc")
    sync_file(path)
    assert path.read_bytes() == b"abc"
    with pytest.raises(FileNotFoundError):
        sync_file(path.with_name("nada"))


def test_what_one_left_that_was_killed_is_swept_and_what_others_write_is_not(path: Path) -> None:
    folder = path.parent
    mine = (f".a.zip.{MARK}.parcial", f".a.zip.db.{MARK}.parcial", f".a.zip.{MARK}.parcial-wal")
    others = (".a.zip.ffffffff.parcial", f"a.zip.{MARK}.parcial", f".a.zip.{MARK}", "a.zip")
    for name in (*mine, *others):
        (folder / name).touch()
    (folder / f".pasta.{MARK}.parcial").mkdir()
    sweep_drafts(folder, MARK)
    assert names(folder) == {*others, f".pasta.{MARK}.parcial"}
    sweep_drafts(folder / "nada", MARK)


@pytest.mark.parametrize("name", ["copias/hoje.zip", "copias", "nada"])
def test_a_path_whose_parent_is_there_is_not_complained_of(path: Path, name: str) -> None:
    check_parent(path.parent.parent / name)


def test_one_whose_parent_is_missing_is_told_as_a_disk_that_is_not_mounted(path: Path) -> None:
    missing = path.parent / "disco"
    with pytest.raises(UsageError, match=f"A pasta {missing} não existe: crie-a, ou monte o disco"):
        check_parent(missing / "hoje.zip")


def test_a_parent_that_is_a_file_is_told_by_whoever_uses_it(path: Path) -> None:
    path.touch()
    check_parent(path / "copias" / "hoje.zip")


def free(monkeypatch: pytest.MonkeyPatch, amount: int) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 0, amount))


@pytest.mark.parametrize(("amount", "room"), [(1_500_000, True), (1_499_999, False)])
def test_a_folder_is_made_for_its_owner_only_and_its_disk_must_have_the_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, amount: int, room: bool
) -> None:
    free(monkeypatch, amount)
    folder = tmp_path / "copias" / "de" / "hoje"
    if room:
        make_room(folder, 1_500_000)
    else:
        with pytest.raises(Transient, match=f"Falta espaço em {folder}: preciso de 1,5 MB e há 1,5 MB livres"):
            make_room(folder, 1_500_000)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_that_is_there_stays_as_it_is(path: Path) -> None:
    os.chmod(path.parent, 0o755)
    make_room(path.parent, 0)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o755


@pytest.mark.parametrize(("inside", "why"), [("", "já existe"), ("copias", "não é uma pasta")])
def test_a_folder_that_cannot_be_is_told(path: Path, inside: str, why: str) -> None:
    path.touch()
    with pytest.raises(UsageError, match=f"Não consegui usar a pasta .*: {why}"):
        make_room(path / inside, 0)


def test_a_full_disk_is_for_later_also_where_nothing_can_be_made_on_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "open", refuse)
    monkeypatch.setattr(os, "mkdir", refuse)
    with pytest.raises(Transient, match="o disco está cheio"), draft_of(path, MARK):
        pass
    with pytest.raises(Transient, match="o disco está cheio"):
        make_room(path.parent / "novas", 0)


@pytest.mark.parametrize(
    ("size", "said"),
    [(0, "0,0"), (49_999, "0,0"), (1_000_000, "1,0"), (1_250_001, "1,3"), (12_345_678_900, "12.345,7")],
)
def test_a_size_is_told_in_millions_of_bytes(size: int, said: str) -> None:
    assert mega(size) == said
