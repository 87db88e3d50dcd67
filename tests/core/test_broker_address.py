"""Where the broker is: given, else written down by a process that may begin and end while we live."""

from collections.abc import Callable
from pathlib import Path

import pytest

from core import broker_address
from core.broker_address import ADDRESS_FILE, broker_url
from core.settings.core import CoreSettings

OWN = "redis://127.0.0.1:7000/0"


@pytest.fixture
def folder() -> Path:
    found = CoreSettings.current().data_dir
    found.mkdir()
    return found


def replace(folder: Path, text: str) -> None:
    draft = folder / "rascunho"
    draft.write_text(text)
    draft.replace(folder / ADDRESS_FILE)


def test_without_one_there_is_none() -> None:
    assert broker_url() is None


def test_the_broker_that_subir_started_is_found_in_the_data_folder(folder: Path) -> None:
    replace(folder, OWN + "\n")
    assert broker_url() == OWN


def test_a_given_one_wins(folder: Path, configure: Callable[..., None]) -> None:
    replace(folder, OWN)
    configure(core__redis_url="redis://outro/1")
    assert broker_url() == "redis://outro/1"
    configure(core__broker_url="redis://terceiro/1")
    assert broker_url() == "redis://terceiro/1"


def test_a_broker_that_began_and_ended_meanwhile_is_followed(folder: Path) -> None:
    replace(folder, OWN)
    assert broker_url() == OWN
    replace(folder, OWN.replace("7000", "7001"))
    assert broker_url() == OWN.replace("7000", "7001")
    (folder / ADDRESS_FILE).unlink()
    assert broker_url() is None


def test_the_file_is_not_read_at_each_access(folder: Path) -> None:
    replace(folder, OWN)
    broker_address._read.cache_clear()
    assert {broker_url() for _ in range(100)} == {OWN}
    assert broker_address._read.cache_info().misses == 1


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe"])
def test_a_file_that_says_nothing_is_none(folder: Path, content: bytes) -> None:
    (folder / ADDRESS_FILE).write_bytes(content)
    assert broker_url() is None
