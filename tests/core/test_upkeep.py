"""What a flow asks for is found by walking."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import flows
from core.clock import SYSTEM
from core.upkeep import Upkeep, upkeeps

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
