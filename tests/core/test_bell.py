"""The bell: who hears it, and a ringer whose broker went away and came back."""

import asyncio
import os
import threading
from pathlib import Path

import pytest
from conftest import Configure
from redis.exceptions import RedisError
from support.redis import RedisServer

from core import bell


def test_it_is_heard_by_those_who_listen_and_the_ringer_learns_how_many(broker: str) -> None:
    heard: list[str] = []

    async def listen() -> int:
        came = asyncio.Event()

        def note(said: str) -> None:
            heard.append(said)
            came.set()

        async with bell.listening("a", note, lambda: None) as listens:
            assert listens
            assert await asyncio.to_thread(bell.listeners, "a") == 1
            told = await asyncio.to_thread(bell.ring, "a", "1,2")
            await asyncio.wait_for(came.wait(), 30)
            return told

    assert asyncio.run(listen()) == 1
    assert heard == ["1,2"]
    assert (bell.ring("a", "x"), bell.listeners("b")) == (0, 0)


def test_threads_that_ring_at_once_get_their_own_answers(broker: str) -> None:
    told: list[int] = []
    threads = [
        threading.Thread(target=lambda: told.extend(bell.ring("nobody", f"{n}") for n in range(20))) for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert told == [0] * 100


def test_a_broker_that_was_started_anew_is_rung_at_once(configure: Configure, tmp_path: Path) -> None:
    with RedisServer(tmp_path) as mine:
        configure(core__redis_url=mine.url)
        assert bell.ring("a", "x") == 0
        mine.kill()
        with pytest.raises((RedisError, OSError)):
            bell.ring("a", "x")
        mine.start()
        assert bell.ring("a", "x") == 0
        mine.kill()
        mine.start()
        assert bell.ring("a", "x") == 0


def test_a_forked_process_rings_on_a_connection_of_its_own(broker: str) -> None:
    assert bell.ring("a", "x") == 0
    child = os.fork()
    if child == 0:
        os._exit(0 if bell.ring("a", "x") == 0 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert bell.ring("a", "x") == 0


def test_beside_rabbitmq_without_redis_it_rings_on_this_machine(
    configure: Configure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a path that is short enough for a socket, wherever the tests run
    monkeypatch.setattr("core.near_bell._path", lambda folder, name: f"{name}.sino")
    configure(core__broker_url="amqp://127.0.0.1:1/x")
    heard: list[str] = []

    async def listen() -> None:
        came = asyncio.Event()

        def note(said: str) -> None:
            heard.append(said)
            came.set()

        async with bell.listening("a", note, lambda: None) as listens:
            assert listens
            assert (bell.listeners("a"), bell.listeners("b")) == (1, 0)
            assert await asyncio.to_thread(bell.ring, "a", "1,2") == 1
            await asyncio.wait_for(came.wait(), 60)

    asyncio.run(listen())
    assert heard == ["1,2"]
    assert (bell.ring("a", "x"), bell.listeners("a")) == (0, 0)
