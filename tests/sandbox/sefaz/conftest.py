"""A local SEFAZ."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.sefaz import Lugar, sefaz


@pytest.fixture
def lugar(tmp_path: Path) -> Iterator[Lugar]:
    with sefaz(tmp_path) as found:
        yield found
