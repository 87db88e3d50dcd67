"""A folder that is away is no empty one, and nothing that was put into it can hold a reader or lead it elsewhere."""

import errno
import os
import re
import sys
from pathlib import Path

import pytest

from core.documentos.opening import PLAINLY, present
from core.errors import Transient

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither links that anybody makes, nor FIFOs")


def test_a_folder_with_something_in_it_is_there(tmp_path: Path) -> None:
    (tmp_path / "a.xml").touch()
    present(os.fsencode(tmp_path))
    present(os.fsencode(tmp_path), filled=True)


def test_an_empty_folder_is_away_only_where_files_of_it_are_known(tmp_path: Path) -> None:
    present(os.fsencode(tmp_path))
    with pytest.raises(Transient, match="não está acessível agora: está vazia"):
        present(os.fsencode(tmp_path), filled=True)


@pytest.mark.parametrize("filled", [False, True])
def test_what_is_not_there_or_is_no_folder_is_away(tmp_path: Path, filled: bool) -> None:
    (tmp_path / "arquivo").touch()
    for name in ("nada", "arquivo", "arquivo/dentro"):
        with pytest.raises(Transient, match=rf"A pasta .*{name} não está acessível agora: .+\."):
            present(os.fsencode(tmp_path / name), filled=filled)


@posix
def test_a_name_that_is_no_text_is_told_in_signs_that_are(tmp_path: Path) -> None:
    with pytest.raises(Transient, match="nada%FF"):
        present(os.fsencode(tmp_path) + b"/nada\xff")


@posix
def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "alvo").write_text("de fora")
    (tmp_path / "ligacao").symlink_to("alvo")
    with pytest.raises(OSError, match=re.escape(os.strerror(errno.ELOOP))):
        os.open(tmp_path / "ligacao", PLAINLY)


@posix
def test_a_fifo_that_nobody_writes_into_holds_nobody(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "cano")
    descriptor = os.open(tmp_path / "cano", PLAINLY)
    try:
        assert os.read(descriptor, 1) == b""
    finally:
        os.close(descriptor)
