"""Three real Sentinels: the master is found, and found again when it died; one that is gone holds nobody up."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from conftest import Configure
from support.ports import wait_until
from support.sentinel import MASTER, PASSWORD, Watched, installed

from core import bell, celery_app, messages, questions, queue_lengths
from core.broker_faults import FAULTS
from core.errors import Transient
from core.sentinel_address import SentinelAddress, sentinel_address
from flows.diagnostico import ready
from flows.diagnostico.broker import broker as seen

TASK = "questor.enviar_bloco"


def sent() -> bool:
    """Send a message by its task's name."""
    try:
        messages.send(TASK, [1])
    except Transient:
        return False
    return True


def called() -> bool:
    """Send one as Python does that calls a task."""
    try:
        celery_app.app.tasks[TASK].delay(1)
    except Transient:
        return False
    return True


def test_a_master_that_dies_costs_a_delay(configure: Configure, sqlite: str, tmp_path: Path) -> None:
    if not installed():
        pytest.skip("redis-sentinel is not installed (Debian: redis-server, redis-sentinel)")
    with Watched(tmp_path) as servers:
        configure(core__redis_url=servers.url)
        celery_app.refresh()
        assert sent()
        assert called()
        assert bell.ring("ninguem", "") == 0
        servers.kill_master()
        wait_until(called)
        wait_until(sent)
        wait_until(ready.broker)
        assert (queue_lengths.lengths() or {})["questor"] >= 1
        assert bell.ring("ninguem", "") == 0
        found = next(iter(seen()))
        assert (found.sistema, found.situacao) == ("broker", "ok")
        assert f"/{MASTER}" in found.detalhe
        assert PASSWORD not in found.detalhe
    celery_app.refresh()


class Gone:
    """A place where a Sentinel was: it counts who asks there, and answers nobody."""

    def __init__(self) -> None:
        self.asked = 0
        self._door = socket.create_server(("127.0.0.1", 0))
        self.where = f"127.0.0.1:{self._door.getsockname()[1]}"
        threading.Thread(target=self._refuse, daemon=True).start()

    def _refuse(self) -> None:
        with suppress(OSError):
            while True:
                who, _ = self._door.accept()
                # who was refused may look at once
                self.asked += 1
                who.close()

    def close(self) -> None:
        # only this wakes who waits for one
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()


@pytest.fixture
def gone() -> Iterator[list[Gone]]:
    two = [Gone(), Gone()]
    yield two
    for one in two:
        one.close()


async def listen(address: SentinelAddress) -> None:
    async with address.listener() as listener:
        await listener.ping()


@pytest.mark.parametrize(
    "ask",
    [
        lambda _: bell.ring("ninguem", ""),
        lambda address: asyncio.run(listen(address)),
        lambda _: questions.asked("ping", 0.1),
    ],
)
def test_a_sentinel_that_is_gone_is_asked_once_and_then_the_next(
    ask: Callable[[SentinelAddress], object], gone: list[Gone], configure: Configure
) -> None:
    url = f"sentinel://{','.join(one.where for one in gone)}/{MASTER}/0"
    configure(core__redis_url=url)
    with pytest.raises(FAULTS):
        ask(sentinel_address(url))
    assert [one.asked for one in gone] == [1, 1]
