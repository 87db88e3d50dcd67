"""A forked program ends, is killed and is heard as one of its own interpreter."""

from pathlib import Path

import pytest
from support.forked import Forked, ran


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("pass", 0),
        ("import sys; sys.exit(3)", 3),
        ("import sys; sys.exit('não')", 1),
        ("1 / 0", 1),
        ("import os; os._exit(77)", 77),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", -15),
    ],
)
def test_it_ends_as_it_says(program: str, code: int) -> None:
    assert ran(program, knowing=()) == code


def test_it_is_here_and_has_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AQUI", "sim")
    one = Forked("import os, sys; print(os.getcwd(), os.environ['AQUI'], sys.argv[1:])", "a b", knowing=())
    assert (one.wait(), one.said()) == (0, f"{Path.cwd()} sim ['a b']\n")


def test_it_runs_until_it_is_killed_beside_others() -> None:
    one, other = (Forked("import time; time.sleep(600)", knowing=()) for _ in range(2))
    assert (one.poll(), other.poll()) == (None, None)
    one.kill()
    assert (one.poll(), other.poll()) == (-9, None)
    other.kill()
    assert other.wait() == -9


def test_it_is_killed_as_soon_as_it_was_started() -> None:
    for _ in range(50):
        one = Forked("import time; time.sleep(600)", knowing=())
        one.kill()
        assert one.poll() == -9
