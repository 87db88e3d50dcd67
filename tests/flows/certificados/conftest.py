"""A company, an authority, and a clock that stands still."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.sefaz import EMPRESA

from core.clock import FixedClock
from flows.certificados.keeping import Arquivo
from flows.empresas.managing import criar
from sandbox.sefaz import Autoridade

NOW = datetime.now(UTC)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def autoridade(tmp_path: Path) -> Autoridade:
    return Autoridade(tmp_path)


@pytest.fixture
def empresa(banco: str) -> str:
    criar(EMPRESA, nome="Empresa")
    return EMPRESA


@pytest.fixture
def arquivo(autoridade: Autoridade, empresa: str) -> Arquivo:
    made = autoridade.cliente(EMPRESA, fim=NOW + timedelta(days=100))
    return Arquivo(made.pfx, made.senha, EMPRESA)
