"""Readiness with a real database and a real broker, stopped, frozen and there again."""

import asyncio
from pathlib import Path

import anyio.to_thread
import pytest
from conftest import Configure
from starlette.types import Message
from support.api import Client, served
from support.ports import SOON_SECONDS
from support.postgres import Cluster, binaries
from support.redis import RedisServer

from api.app import app
from api.routes import saude
from storage import migrate, session

PATH, PATH_OF_LIFE = "/prontidao/", "/saude/"


def told(url: str) -> tuple[int, str, str]:
    answer = Client(url).get(PATH)
    said = answer.json()
    return answer.status_code, said["banco"], said["broker"]


def test_a_broker_that_stops_is_away_until_it_is_there_again(sqlite: str, tmp_path: Path, configure: Configure) -> None:
    with RedisServer(tmp_path) as broker, served() as url:
        configure(core__redis_url=broker.url)
        assert told(url) == (200, "ok", "ok")
        broker.kill()
        assert told(url) == (503, "ok", "fora")
        assert Client(url).get("/saude/").status_code == 200
        broker.start()
        assert told(url) == (200, "ok", "ok")


@pytest.mark.skipif(binaries() is None, reason="PostgreSQL's server binaries are not installed")
def test_a_database_that_stops_or_hangs_is_away(
    sqlite: str, broker: str, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served() as url:
        with Cluster() as cluster:
            cluster.create("pronto")
            configure(core__database_url=cluster.url("pronto"))
            engine = session.connect_engine(cluster.url("pronto"))
            migrate.upgrade(engine)
            engine.dispose()
            monkeypatch.setattr(saude, "PATIENCE_SECONDS", 60.0)
            assert told(url) == (200, "ok", "ok")
            monkeypatch.setattr(saude, "PATIENCE_SECONDS", 1.0)
            with cluster.frozen():
                assert told(url) == (503, "fora", "ok")
                assert Client(url).get("/saude/").status_code == 200
        monkeypatch.setattr(saude, "PATIENCE_SECONDS", 60.0)
        assert told(url) == (503, "fora", "ok")


def test_a_process_that_is_busy_says_that_it_lives() -> None:
    said: list[Message] = []

    async def send(message: Message) -> None:
        said.append(message)

    async def within() -> None:
        threads = anyio.to_thread.current_default_thread_limiter()
        threads.total_tokens = 1
        # as if a request held it
        await threads.acquire_on_behalf_of(threads)
        scope = {"type": "http", "method": "GET", "path": PATH_OF_LIFE, "query_string": b"", "headers": []}
        async with asyncio.timeout(SOON_SECONDS):
            await app(scope, _nothing, send)

    asyncio.run(within())
    assert (said[0]["status"], said[1]["body"]) == (200, b'{"status":"ok"}')


async def _nothing() -> Message:
    return {"type": "http.request"}
