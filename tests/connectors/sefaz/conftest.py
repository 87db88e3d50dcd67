"""A local SEFAZ, and an open certificate of a company there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from support.sefaz import Lugar, sefaz

from connectors.sefaz import Sefaz
from core.certificado import abrir
from core.settings.sefaz import SefazSettings

Abre = Callable[..., Any]


def settings(lugar: Lugar, **more: Any) -> SefazSettings:
    """Return the settings that lead to a local SEFAZ."""
    given = {
        "ambiente": 2,
        "ca": lugar.ca_file,
        "url_nfe": f"{lugar.url}/NFeDistribuicaoDFe/NFeDistribuicaoDFe.asmx",
        "url_cte": f"{lugar.url}/CTeDistribuicaoDFe/CTeDistribuicaoDFe.asmx",
        "url_nfse": f"{lugar.url}/contribuintes",
        "url_evento": f"{lugar.url}/NFeRecepcaoEvento4/NFeRecepcaoEvento4.asmx",
        **more,
    }
    return SefazSettings.model_validate(given)


@contextmanager
def aberta(lugar: Lugar, **more: Any) -> Iterator[Sefaz]:
    """Open the company's certificate there."""
    with Sefaz(abrir(lugar.pfx, lugar.senha), settings(lugar, **more)) as found:
        yield found


@pytest.fixture
def lugar(tmp_path: Path) -> Iterator[Lugar]:
    with sefaz(tmp_path) as found:
        yield found


@pytest.fixture
def abre() -> Abre:
    return aberta


@pytest.fixture
def aberto(lugar: Lugar) -> Iterator[Sefaz]:
    with aberta(lugar) as found:
        yield found
