from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from connectors.base.policy import Policy
from connectors.ploomes import Ploomes
from core.clock import FixedClock
from core.settings.ploomes import ContaPloomes
from sandbox.ploomes import PloomesServer

KEY = "chave-de-exemplo-1"  # pragma: allowlist secret
NOON = datetime(2026, 7, 14, 15, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def server(clock: FixedClock) -> Iterator[PloomesServer]:
    with PloomesServer(KEY, clock) as running:
        yield running


@pytest.fixture
def conta(server: PloomesServer) -> ContaPloomes:
    return ContaPloomes(base_url=server.url, user_key=SecretStr(KEY))


@pytest.fixture
def ploomes(conta: ContaPloomes) -> Iterator[Ploomes]:
    with Ploomes("padrao", conta, policy=Policy(attempts=3, first_pause=0)) as opened:
        yield opened
