"""Locks on files: between processes, and gone with them."""

import subprocess
import sys
from pathlib import Path

from core import file_lock

HOLDER = """
import sys
from core import file_lock
with open(sys.argv[1], "a+") as file:
    print(file_lock.lock(file), flush=True)
    sys.stdin.read()
"""


def test_a_lock_is_seen_by_others_and_ends_with_its_process(tmp_path: Path) -> None:
    path = tmp_path / "trava"
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"True\n"
        with path.open("rb") as looking, path.open("a") as wanting:
            assert file_lock.is_locked(looking)
            assert not file_lock.lock(wanting)
            holder.kill()
            file_lock.wait_for_lock(wanting)
            assert file_lock.is_locked(looking)
    with path.open("rb") as one, path.open("rb") as other:
        # looking takes nothing that another look would see
        assert not file_lock.is_locked(one)
        assert not file_lock.is_locked(other)
