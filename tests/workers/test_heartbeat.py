"""The file by whose age others see that a process works: made and renewed where the settings name one."""

import os
from pathlib import Path

import pytest
from conftest import Configure

from workers import heartbeat

LONG_AGO = 1_000_000_000


def test_the_file_is_made_and_its_age_begins_anew(configure: Configure, tmp_path: Path) -> None:
    file = tmp_path / "batimento"
    configure(container__heartbeat_file=str(file))
    heartbeat.renew()
    assert file.read_bytes() == b""
    os.utime(file, (LONG_AGO, LONG_AGO))
    heartbeat.renew()
    assert file.stat().st_mtime > LONG_AGO


def test_without_a_file_in_the_settings_nothing_is_made(tmp_path: Path) -> None:
    before = set(tmp_path.rglob("*"))
    heartbeat.renew()
    assert set(tmp_path.rglob("*")) == before


def test_a_folder_that_is_not_there_is_no_heartbeat(configure: Configure, tmp_path: Path) -> None:
    configure(container__heartbeat_file=str(tmp_path / "nada" / "batimento"))
    with pytest.raises(FileNotFoundError):
        heartbeat.renew()
