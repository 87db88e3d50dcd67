"""The API as shipped, over each database."""

from collections.abc import Iterator

import pytest
from support.api import Client, person, served

from api import limit
from api.routes import metricas
from flows.metricas import Kept


@pytest.fixture
def url(banco: str) -> Iterator[str]:
    """Where the API is."""
    with served() as address:
        yield address


@pytest.fixture
def light(sqlite: str) -> Iterator[str]:
    """Where the API is, for what no database has a part in."""
    with served() as address:
        yield address


@pytest.fixture
def ana(url: str) -> Client:
    """A user."""
    return person(url)


@pytest.fixture
def clara(light: str) -> Client:
    """A user, for what no database has a part in."""
    return person(light, "clara")


@pytest.fixture(autouse=True)
def counted_anew() -> Iterator[None]:
    """No process keeps the Redis of the test before, nor its figures."""
    limit.limiter.cache_clear()
    metricas.kept = Kept()
    yield
    limit.limiter.cache_clear()
