"""Workers may stand anywhere; the shop's clock alone counts."""

import time
from collections.abc import Iterator

import pytest


@pytest.fixture(params=["UTC", "America/Sao_Paulo", "Asia/Tokyo"])
def worker_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The local zone of the machine that judges."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield str(request.param)
    time.tzset()
