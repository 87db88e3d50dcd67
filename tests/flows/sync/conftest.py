"""A ledger in each home."""

from collections.abc import Iterator

import pytest
from support.mongo import MongoServer

from flows.sync.ledger import mongo_client


@pytest.fixture(scope="session")
def mongo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MongoServer]:
    """A MongoDB on loopback, or the one of `MONGODB_URL`."""
    with MongoServer(tmp_path_factory.mktemp("mongo")) as running:
        yield running


@pytest.fixture
def mongo(mongo_server: MongoServer) -> Iterator[str]:
    """The address of an empty database of that server."""
    yield mongo_server.url()
    mongo_client.close()
