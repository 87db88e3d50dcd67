"""The disks that we write to: one that takes nothing more is no disk that is well."""

import errno
import os
import shutil
from collections import namedtuple
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.checks import FAULT, OK, WARNING, Finding
from core.settings.core import CoreSettings
from flows.diagnostico import platform
from storage.session import engine

Look = Callable[[], Iterator[Finding]]
usage = namedtuple("usage", "total used free")


@pytest.fixture(params=[platform.data_folder, platform.database])
def look(request: pytest.FixtureRequest, sqlite: str) -> Look:
    """What is looked at: the folder of data, and the database, which is in another folder here."""
    engine()
    CoreSettings.current().data_dir.mkdir(exist_ok=True)
    found: Look = request.param
    return found


def free(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**12, 0, size))


def test_a_disk_with_room_is_well_and_nothing_stays_on_it(
    look: Look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free(monkeypatch, platform.LITTLE)
    before = sorted(tmp_path.rglob("*"))
    assert [one.situacao for one in look()] == [OK]
    assert sorted(tmp_path.rglob("*")) == before


def test_a_full_disk_is_a_fault(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    (found,) = look()
    assert (found.situacao, "o disco está cheio" in found.detalhe) == (FAULT, True)
    assert "libere espaço" in found.correcao


def test_what_a_disk_keeps_for_root_is_no_room(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    free(monkeypatch, 0)
    (found,) = look()
    assert (found.situacao, "o disco está cheio" in found.detalhe) == (FAULT, True)


def test_a_disk_that_is_nearly_full_is_told_with_what_is_free(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    free(monkeypatch, 31_400_000)
    found = list(look())[-1]
    assert (found.situacao, "só 31,4 MB livres" in found.detalhe) == (WARNING, True)


@pytest.mark.parametrize(("left", "situacao"), [(67_100_000, OK), (6_700_000, WARNING)])
def test_a_disk_that_was_made_small_is_well_while_a_tenth_of_it_is_free(
    look: Look, monkeypatch: pytest.MonkeyPatch, left: int, situacao: str
) -> None:
    """That of a container is 64 MiB in memory (docker/compose.yaml)."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(67_108_864, 0, left))
    assert list(look())[-1].situacao == situacao


def test_a_folder_that_cannot_be_is_told(sqlite: str) -> None:
    CoreSettings.current().data_dir.touch()
    (found,) = platform.data_folder()
    assert (found.situacao, found.correcao) == (FAULT, platform.CANNOT_WRITE)
