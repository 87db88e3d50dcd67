"""A file is moved once, whole, over nobody else's."""

import errno
import os
from pathlib import Path

import pytest
from support.windows_files import as_windows

from flows.documentos.moving import PARTIAL, move, signature


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "chegada" / "nota.xml"
    made.parent.mkdir()
    made.write_bytes(b"<a/>")
    return made


def moved(file: Path, folder: Path) -> Path | None:
    target = move(os.fsencode(file), os.fsencode(folder), os.fsencode(file.name), signature(file.stat()))
    return None if target is None else Path(os.fsdecode(target))


@pytest.fixture
def other_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every folder is on a disk of its own."""
    replace = os.replace

    def refuse(source: bytes, target: bytes) -> None:
        if os.path.dirname(source) != os.path.dirname(target):
            raise OSError(errno.EXDEV, "other disk")
        replace(source, target)

    monkeypatch.setattr(os, "replace", refuse)


def test_a_file_is_moved_into_a_folder_that_is_made(file: Path, tmp_path: Path) -> None:
    target = moved(file, tmp_path / "importados" / "2026-11")
    assert target == tmp_path / "importados/2026-11/nota.xml"
    assert (target.read_bytes(), file.exists()) == (b"<a/>", False)


@pytest.mark.parametrize("disk", ["same", "other"])
def test_a_system_that_opens_no_folder_and_renames_over_no_file_moves_it_too(
    file: Path, tmp_path: Path, disk: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    if disk == "other":
        request.getfixturevalue("other_disk")
    as_windows(monkeypatch)
    for number in range(2):
        file.write_bytes(b"%d" % number)
        assert moved(file, tmp_path / "importados")
    found = {path.name: path.read_bytes() for path in (tmp_path / "importados").iterdir()}
    assert (found, file.exists()) == ({"nota.xml": b"0", "nota (2).xml": b"1"}, False)


@pytest.mark.usefixtures("other_disk")
def test_across_disks_it_is_copied_whole(file: Path, tmp_path: Path) -> None:
    os.utime(file, ns=(5, 1_700_000_000_000_000_000))
    target = moved(file, tmp_path / "fora")
    assert target is not None
    assert (target.read_bytes(), target.stat().st_mtime_ns, file.exists()) == (
        b"<a/>",
        1_700_000_000_000_000_000,
        False,
    )
    assert os.listdir(tmp_path / "fora") == ["nota.xml"]


@pytest.mark.usefixtures("other_disk")
def test_what_a_killed_copy_left_is_written_over(file: Path, tmp_path: Path) -> None:
    (tmp_path / "fora").mkdir()
    (tmp_path / "fora" / f"{PARTIAL.decode()}nota.xml").write_bytes(b"half of something longer")
    target = moved(file, tmp_path / "fora")
    assert target is not None
    assert (target.read_bytes(), os.listdir(tmp_path / "fora")) == (b"<a/>", ["nota.xml"])


@pytest.mark.parametrize("disk", ["same", "other"])
def test_nothing_is_overwritten(file: Path, tmp_path: Path, disk: str, request: pytest.FixtureRequest) -> None:
    if disk == "other":
        request.getfixturevalue("other_disk")
    there = tmp_path / "importados"
    for number in range(3):
        file.write_bytes(b"%d" % number)
        assert moved(file, there)
    assert {path.name: path.read_bytes() for path in there.iterdir()} == {
        "nota.xml": b"0",
        "nota (2).xml": b"1",
        "nota (3).xml": b"2",
    }


@pytest.mark.parametrize("change", ["written", "replaced", "gone"])
def test_a_file_that_is_not_what_it_was_stays(file: Path, tmp_path: Path, change: str) -> None:
    was = signature(file.stat())
    if change == "written":
        file.write_bytes(b"<b>more</b>")
    else:
        file.rename(tmp_path / "outra")
    if change == "replaced":
        file.write_bytes(b"<a/>")
        os.utime(file, ns=(1, 1))
    assert move(os.fsencode(file), os.fsencode(tmp_path / "x"), b"nota.xml", was) is None
    assert file.exists() is (change != "gone")
    assert os.listdir(tmp_path / "x") == []


def test_one_that_is_written_while_it_is_moved_comes_back(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace, was = os.replace, signature(file.stat())

    def late(source: bytes, target: bytes) -> None:
        if source == os.fsencode(file):
            file.write_bytes(b"<b>written again</b>")
        replace(source, target)

    monkeypatch.setattr(os, "replace", late)
    assert move(os.fsencode(file), os.fsencode(tmp_path / "x"), b"nota.xml", was) is None
    assert (file.read_bytes(), os.listdir(tmp_path / "x")) == (b"<b>written again</b>", [])


@pytest.mark.usefixtures("other_disk")
@pytest.mark.parametrize("how", ["anew", "on"])
def test_what_is_written_while_it_is_copied_is_not_deleted_unread(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    replace, was, fora = os.replace, signature(file.stat()), tmp_path / "fora"
    writer = file.open("ab", buffering=0)

    def late(source: bytes, target: bytes) -> None:
        if os.path.dirname(target) == os.path.dirname(source) == os.fsencode(fora):
            if how == "on":
                writer.write(b"<!-- more -->")
            else:
                (tmp_path / "nova").write_bytes(b"<new/>")
                (tmp_path / "nova").rename(file)
        replace(source, target)

    monkeypatch.setattr(os, "replace", late)
    target = move(os.fsencode(file), os.fsencode(fora), b"nota.xml", was)
    writer.close()
    assert os.listdir(file.parent) == ["nota.xml"]
    if how == "on":
        assert (target, os.listdir(fora), file.read_bytes()) == (None, [], b"<a/><!-- more -->")
    else:
        assert (os.listdir(fora), file.read_bytes()) == (["nota.xml"], b"<new/>")


@pytest.mark.usefixtures("other_disk")
def test_a_disk_that_takes_no_copy_is_told_and_the_file_stays(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="No space"):
        moved(file, tmp_path / "fora")
    assert (os.listdir(file.parent), file.read_bytes()) == (["nota.xml"], b"<a/>")


@pytest.mark.parametrize("disk", ["same", "other"])
def test_a_name_as_long_as_names_may_be_is_no_obstacle(
    tmp_path: Path, disk: str, request: pytest.FixtureRequest
) -> None:
    if disk == "other":
        request.getfixturevalue("other_disk")
    path = tmp_path / f"{'n' * 251}.xml"
    path.write_bytes(b"<a/>")
    assert moved(path, tmp_path / "fora") == tmp_path / "fora" / path.name


def test_a_folder_that_takes_nothing_is_told_and_the_file_stays(file: Path, tmp_path: Path) -> None:
    (tmp_path / "arquivo").write_bytes(b"")
    with pytest.raises(OSError, match="arquivo"):
        moved(file, tmp_path / "arquivo")
    assert file.exists()


def test_names_are_bytes(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/nota\xff.xml"
    with open(path, "wb") as file:
        file.write(b"x")
    for _ in range(2):
        with open(path, "wb") as file:
            file.write(b"x")
        assert move(path, os.fsencode(tmp_path / "y"), b"nota\xff.xml", signature(os.stat(path)))
    assert sorted(os.listdir(os.fsencode(tmp_path / "y"))) == [b"nota\xff (2).xml", b"nota\xff.xml"]
