"""Passwords are looked at a few at a time: each takes much memory."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from core.errors import Transient
from flows.usuarios import passwords

ROOT = Path(__file__).parents[3]


def test_a_flood_of_them_takes_the_memory_of_a_few(monkeypatch: pytest.MonkeyPatch) -> None:
    inside, most, guard = set(), 0, threading.Lock()
    full, verify = threading.Barrier(passwords.AT_ONCE), PasswordHasher.verify

    def counted(self: PasswordHasher, kept: str, said: str) -> bool:
        nonlocal most
        with guard:
            inside.add(threading.get_ident())
            most = max(most, len(inside))
        # those that may be at once are
        full.wait(60)
        try:
            return verify(self, kept, said)
        finally:
            with guard:
                inside.discard(threading.get_ident())

    kept = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("certa")
    monkeypatch.setattr(PasswordHasher, "verify", counted)
    monkeypatch.setattr(passwords, "PATIENCE_SECONDS", 60)
    many = passwords.AT_ONCE * 4
    with ThreadPoolExecutor(many) as pool:
        found = list(pool.map(lambda said: passwords.right(kept, said), ["certa", "errada"] * (many // 2)))
    assert found == [True, False] * (many // 2)
    assert most == passwords.AT_ONCE


def test_who_finds_no_room_is_told_so_and_nothing_of_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "PATIENCE_SECONDS", 0)
    monkeypatch.setattr(passwords, "_room", threading.BoundedSemaphore(1))
    with passwords._room, pytest.raises(Transient, match="ao mesmo tempo"):
        passwords.right(None, "x")
    # whatever was wrong with one, its room is free again
    for kept, said in ((None, "x"), ("nada", "x"), (None, "\ud800")):
        assert not passwords.right(kept, said)


def test_as_shipped_one_costs_what_the_field_advises() -> None:
    """RFC 9106, section 4, the second recommended choice: 64 MiB, three passes, four lanes."""
    fresh = [sys.executable, "-c", "from flows.usuarios.passwords import _HASHER; print(_HASHER.hash('certa'))"]
    kept = subprocess.run(fresh, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
