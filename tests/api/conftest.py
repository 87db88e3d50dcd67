"""The API as shipped, over each database."""

from collections.abc import Iterator

import pytest
from support.api import Client, person, served


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
