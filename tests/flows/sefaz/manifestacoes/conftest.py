"""A company whose notes a local SEFAZ has, and which was consulted once."""

import pytest
from support.consultas import Loja


@pytest.fixture
def com_notas(minha: Loja) -> Loja:
    """Return the company with three notes, of which it has the summaries."""
    minha.receber(3)
    minha.consultar()
    return minha


@pytest.fixture
def chaves(com_notas: Loja) -> list[str]:
    return sorted(com_notas.server.notas)
