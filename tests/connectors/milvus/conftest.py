from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from connectors.base.policy import Policy
from connectors.milvus import Milvus
from core.clock import FixedClock
from core.settings.milvus import ContaMilvus
from sandbox.milvus import MilvusServer

TOKEN = "token-de-exemplo-1"  # pragma: allowlist secret
NOON = datetime(2026, 7, 14, 15, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def server(clock: FixedClock) -> Iterator[MilvusServer]:
    with MilvusServer(TOKEN, clock) as running:
        yield running


@pytest.fixture
def conta(server: MilvusServer) -> ContaMilvus:
    return ContaMilvus(base_url=server.url, token=SecretStr(TOKEN))


@pytest.fixture
def milvus(conta: ContaMilvus, clock: FixedClock) -> Iterator[Milvus]:
    with Milvus("padrao", conta, policy=Policy(attempts=3, first_pause=0), clock=clock) as opened:
        yield opened
