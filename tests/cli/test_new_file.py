"""A file that a command writes is new, and whole or not there."""

from pathlib import Path

import pytest

from cli.new_file import new_file
from core.errors import UsageError


def test_what_is_written_is_there(tmp_path: Path) -> None:
    with new_file("novo.zip", "zip") as file:
        file.write(b"\x00tudo")
    assert (tmp_path / "novo.zip").read_bytes() == b"\x00tudo"


@pytest.mark.parametrize("name", ["velho.zip", "nada/novo.zip", "."])
def test_one_that_cannot_be_made_names_its_option_and_changes_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / "velho.zip").write_bytes(b"antes")
    with pytest.raises(UsageError, match=f"Não consegui criar {name}: ") as told, new_file(name, "csv"):
        raise AssertionError("nothing is to be written")
    assert told.value.campo == "csv"
    assert (tmp_path / "velho.zip").read_bytes() == b"antes"
    assert not (tmp_path / "nada").exists()


@pytest.mark.parametrize("fault", [UsageError("não cabe"), KeyboardInterrupt()], ids=["a fault", "Ctrl-C"])
def test_one_that_is_not_written_to_its_end_is_taken_away(tmp_path: Path, fault: BaseException) -> None:
    with pytest.raises(type(fault)), new_file("novo.zip", "zip") as file:
        file.write(b"meio")
        raise fault
    assert not (tmp_path / "novo.zip").exists()


def test_one_that_somebody_took_away_meanwhile_hides_no_fault(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="não cabe"), new_file("novo.zip", "zip"):
        (tmp_path / "novo.zip").unlink()
        raise UsageError("não cabe")
