"""What a flow asks for is found by walking."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import flows
from core.clock import SYSTEM
from core.upkeep import Upkeep, upkeeps

ROOT = Path(__file__).parents[2]
UPKEEP = """
from core.upkeep import Upkeep
UPKEEP = Upkeep(claims=(lambda now: 7,))
"""


@pytest.fixture
def toy(tmp_path: Path) -> Iterator[None]:
    """A flow beside the others, with an upkeep, and one that has none."""
    for name in ("brinquedo", "sem_zelo"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    (tmp_path / "brinquedo" / "upkeep.py").write_text(UPKEEP)
    flows.__path__.append(str(tmp_path))
    yield
    flows.__path__.remove(str(tmp_path))
    for name in [name for name in sys.modules if name.startswith("flows.brinquedo")]:
        del sys.modules[name]


def test_a_flow_that_is_dropped_in_is_found(toy: None) -> None:
    found = upkeeps()
    assert [give_back(SYSTEM.now()) for give_back in found["brinquedo"].claims] == [7]
    assert "sem_zelo" not in found


def test_a_flow_may_ask_for_nothing() -> None:
    empty = Upkeep()
    assert not any((empty.retention, empty.metrics, empty.claims, empty.at_start, empty.at_stop, empty.at_end))


def test_what_every_worker_knows_of_every_flow_brings_none_of_their_libraries() -> None:
    """All of them give back what the dead held, in any flow: what that takes is a few tables."""
    heavy = ("aiohttp", "lxml", "oracledb", "pymongo", "requests", "satcfe")
    told = f"print([name for name in {heavy} if name in sys.modules])"
    program = f"import sys, workers.app\nfrom core.upkeep import upkeeps\nassert upkeeps()\n{told}"
    answer = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout == "[]\n"
