"""A company of a user that a local SEFAZ knows, as it is now."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import Configure
from support.consultas import Loja, loja
from support.sefaz import Lugar, sefaz

from connectors.sefaz.registro import servicos


@pytest.fixture
def lugar(tmp_path: Path) -> Iterator[Lugar]:
    with sefaz(tmp_path) as found:
        found.clock.instant = datetime.now(UTC)
        yield found


@pytest.fixture
def minha(sqlite: str, lugar: Lugar, configure: Configure) -> Loja:
    return loja(lugar, configure)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody pause between two questions."""
    for one in servicos().values():
        monkeypatch.setitem(vars(one), "pausa", 0.0)
