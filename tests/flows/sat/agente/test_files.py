"""A small file of an agent is there whole or not at all, and for its owner alone."""

import os
from pathlib import Path

import pytest

from flows.sat.agente.files import PART, read, write


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sessao"


def names(path: Path) -> list[str]:
    return sorted(one.name for one in path.parent.iterdir())


@pytest.mark.parametrize("text", ["", "123456", "São João\n", "x" * 100_000])
def test_what_is_written_is_read_again_and_nothing_else_is_left(path: Path, text: str) -> None:
    before = names(path)
    write(path, text)
    assert read(path) == text
    assert names(path) == sorted([*before, "sessao"])


def test_the_last_text_takes_the_place_of_the_one_before(path: Path) -> None:
    write(path, "um texto mais longo")
    write(path, "2")
    assert read(path) == "2"


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_only_its_owner_may_read_it_whatever_stood_there(path: Path) -> None:
    path.write_text("antes")
    path.chmod(0o644)
    write(path, "1")
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_part_that_a_power_cut_left_is_in_nobody_s_way(path: Path) -> None:
    path.with_name(path.name + PART).write_text("meio")
    write(path, "1")
    assert (read(path), (path.with_name(path.name + PART)).exists()) == ("1", False)


def test_what_cannot_be_written_is_told_and_the_text_before_stays(path: Path) -> None:
    path.mkdir()
    with pytest.raises(OSError, match=path.name):
        write(path, "1")
    assert not path.with_name(path.name + PART).exists()
    with pytest.raises(OSError, match="nenhuma"):
        write(path.parent / "nenhuma" / "sessao", "1")


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00", "São João".encode("latin-1")])
def test_what_is_not_there_or_is_no_text_says_nothing(path: Path, content: bytes | None) -> None:
    if content is not None:
        path.write_bytes(content)
    assert read(path) is None


def test_what_is_there_and_cannot_be_read_now_is_no_empty_file(path: Path) -> None:
    path.mkdir()
    with pytest.raises(OSError, match=path.name):
        read(path)
