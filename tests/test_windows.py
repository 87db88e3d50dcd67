"""What can be known of Windows without one: every module loads where POSIX is not, and the lines of its service.

What this cannot show: that locks, Ctrl-Break, the service manager and the Event Log behave as they are described.
"""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = [
    name.removesuffix(".py")
    for name in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["packages"]
]


def loaded(path: Path, *packages: str) -> tuple[int, list[str]]:
    program = [sys.executable, str(ROOT / "tests/support/janelas.py"), *packages]
    environment = {**os.environ, "PYTHONPATH": str(path)}
    done = subprocess.run(program, capture_output=True, text=True, check=False, cwd=path, env=environment)
    return done.returncode, (done.stdout or done.stderr).splitlines()


@pytest.mark.slow
def test_every_module_that_is_shipped_loads_without_posix() -> None:
    code, said = loaded(ROOT, *PACKAGES)
    assert said[:-1] == []
    assert code == 0
    assert int(said[-1]) > 700


@pytest.mark.parametrize(
    "text",
    [
        "import fcntl",
        "import os\nos.fork",
        "import signal\nNUMBER = signal.SIGKILL",
        "def end(number=__import__('signal').SIGHUP): ...",
        "import os\nFLAGS = os.O_RDONLY | os.O_NOFOLLOW",
    ],
)
def test_a_module_that_would_not_load_is_found(tmp_path: Path, text: str) -> None:
    (tmp_path / "pobre.py").write_text(text)
    code, said = loaded(tmp_path, "pobre")
    assert (code, said[0].partition(":")[0]) == (1, "pobre")
