import ctypes
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.descriptors import no_descriptors

from claims import holder, presence

# prctl(2)
SET_NAME, GET_NAME = 15, 16
PROGRAM = "from claims.holder import new_token; print(new_token())"


def test_a_token_names_a_living_process_until_it_ends() -> None:
    assert not holder.is_dead(holder.new_token())
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True).stdout.strip()
    assert holder.is_dead(ended)
    assert holder.new_token() != holder.new_token()


@pytest.mark.parametrize("token", ["outra-maquina|1|1|abc", "", "x", f"{holder.host()}|?|?|abc"])
def test_of_other_hosts_and_of_what_is_no_token_nobody_says_that_it_is_dead(token: str) -> None:
    assert not holder.is_dead(token)


def test_a_number_that_another_process_has_now_is_not_its_holder() -> None:
    name, pid, _, end = holder.new_token().split(holder.SEPARATOR)
    assert holder.is_dead(holder.SEPARATOR.join((name, pid, "1", end)))


def test_of_another_machine_that_has_the_same_name_only_the_clock_can_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = tmp_path / "aqui", tmp_path / "la"
    here.write_text("0123456789abcdef0123456789abcdef\n")
    there.write_text("f123456789abcdef0123456789abcdef\n")
    # no container
    monkeypatch.setattr(holder, "TABLE", tmp_path / "nada")
    monkeypatch.setattr(holder, "MACHINE", there)
    name, _, born, end = holder.new_token().split(holder.SEPARATOR)
    # no process has this number
    token = holder.SEPARATOR.join((name, "4194305", born, end))
    assert holder.is_dead(token)
    monkeypatch.setattr(holder, "MACHINE", here)
    assert not holder.is_dead(token)
    # a system that has none, and a token of before
    monkeypatch.setattr(holder, "MACHINE", tmp_path / "nada")
    assert holder.is_dead(token)
    assert holder.is_dead(holder.SEPARATOR.join((name, "4194305", "1", end)))


def test_a_machine_is_the_same_after_its_next_start_and_a_container_is_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The number of a process table is soon given again, by another kernel too."""
    number = b"0123456789abcdef0123456789abcdef"  # pragma: allowlist secret
    (tmp_path / "numero").write_bytes(number + b"\n")
    monkeypatch.setattr(holder, "MACHINE", tmp_path / "numero")

    def mark(table: str, start: str) -> str:
        link = tmp_path / f"tabela-{table}-{start}"
        link.symlink_to(table)
        (tmp_path / start).write_text(start)
        monkeypatch.setattr(presence, "BOOT", tmp_path / start)
        monkeypatch.setattr(holder, "TABLE", link)
        return holder.machine()

    known = hashlib.sha256(number).hexdigest()[:8]
    assert {mark(holder.FIRST_TABLE, start) for start in ("um", "dois")} == {known}
    assert len({known, *(mark("pid:[4026532500]", start) for start in ("um", "dois"))}) == 3


def test_a_process_that_can_open_nothing_more_takes_nobody_for_dead() -> None:
    token = holder.new_token()
    with no_descriptors():
        assert not holder.is_dead(token)
        # it is known to nobody when this one began: its leases are waited for
        unknown = holder.new_token()
    assert not holder.is_dead(token)
    assert not holder.is_dead(unknown)


def test_a_living_process_that_the_system_hides_is_not_dead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To another account /proc shows none of it (hidepid=2), or lets nobody in (hidepid=1)."""
    token = holder.new_token()
    name, _, born, end = token.split(holder.SEPARATOR)
    ended = holder.SEPARATOR.join((name, "4194305", born, end))
    (tmp_path / "self").mkdir()
    (tmp_path / "self" / "stat").write_text("")
    monkeypatch.setattr(holder, "PROCESSES", tmp_path)
    assert [holder.is_dead(one) for one in (token, ended)] == [False, True]
    # not even root gets through a folder that is none
    (tmp_path / str(os.getpid())).write_text("")
    assert not holder.is_dead(token)


def test_a_process_whose_name_is_no_text_is_not_dead() -> None:
    name, control = ctypes.create_string_buffer(16), ctypes.CDLL(None).prctl
    control(GET_NAME, name)
    token = holder.new_token()
    try:
        control(SET_NAME, b"esteira \xc3")
        assert not holder.is_dead(token)
    finally:
        control(SET_NAME, name)
