"""A company of a user whose certificate a local SEFAZ knows; its clock is ours, and a pause moves it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Configure
from support.consultas import Loja, loja
from support.sefaz import Lugar, sefaz


@pytest.fixture
def lugar(tmp_path: Path) -> Iterator[Lugar]:
    with sefaz(tmp_path) as found:
        yield found


@pytest.fixture
def minha(banco: str, lugar: Lugar, configure: Configure) -> Loja:
    return loja(lugar, configure)
