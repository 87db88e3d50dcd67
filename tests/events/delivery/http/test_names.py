"""A name that nobody answers for costs its owner something, and nobody else anything."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from core import loop
from core.clock import SYSTEM
from events.delivery.http.faults import SilentName, of_exception
from events.delivery.http.names import OWNER, SHARE, Names
from events.delivery.http.outcomes import SILENT_NAME
from events.delivery.kind import Message, kinds
from events.delivery.outcome import NO_TURN
from events.delivery.threads import NoTurn
from sandbox.raw import RawServer
from storage.models.destinos import Destino

AT_ONCE, NEVER = 0.0, 600.0


@pytest.fixture
def released() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def unknown() -> list[str]:
    raise socket.gaierror(socket.EAI_AGAIN, "no answer")


def test_a_silent_name_is_not_looked_up_again_until_it_is_answered_for(released: threading.Event) -> None:
    asked: list[str] = []

    def stuck() -> list[str]:
        asked.append("morto")
        released.wait()
        return ["8.8.8.8"]

    async def try_all() -> None:
        names = Names(longest=0.01)
        for _ in range(3):
            with pytest.raises(SilentName):
                await names.look_up("morto", stuck)
        assert asked == ["morto"]
        released.set()
        names._longest = NEVER
        while True:
            try:
                assert await names.look_up("morto", lambda: ["1.1.1.1"]) == ["1.1.1.1"]
                return
            except SilentName:
                await asyncio.sleep(0.001)

    asyncio.run(try_all())


@pytest.mark.parametrize(("long", "after"), [(AT_ONCE, SilentName), (NEVER, socket.gaierror)])
def test_a_name_that_fails_after_long_is_silent_and_one_that_fails_at_once_is_not(
    long: float, after: type[Exception]
) -> None:
    async def try_all() -> None:
        names = Names(long=long)
        for expected in (socket.gaierror, after):
            with pytest.raises(expected):
                await names.look_up("morto", unknown)

    asyncio.run(try_all())


def test_the_silent_names_of_one_owner_leave_room_for_others_and_for_what_was_found(released: threading.Event) -> None:
    async def try_all() -> None:
        names = Names(most=5, share=2, longest=NEVER)
        assert await names.look_up("achado", lambda: 1) == 1
        OWNER.set(7)
        stuck = [asyncio.ensure_future(names.look_up(f"morto{n}", released.wait)) for n in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(NoTurn):
            await names.look_up("morto2", released.wait)
        assert await names.look_up("achado", lambda: 2) == 2
        OWNER.set(8)
        assert await names.look_up("novo", lambda: 3) == 3
        released.set()
        await asyncio.gather(*stuck)

    asyncio.run(try_all())


@pytest.mark.parametrize(("fault", "outcome"), [(SilentName(), SILENT_NAME), (NoTurn(), NO_TURN)])
def test_what_it_means_to_a_delivery(fault: Exception, outcome: object) -> None:
    assert of_exception(fault) == outcome


def test_many_dead_names_of_one_user_delay_nobody_elses_webhook(
    loopback: None, monkeypatch: pytest.MonkeyPatch, released: threading.Event
) -> None:
    real, asked = socket.getaddrinfo, threading.Semaphore(0)

    def answer(host: str, *given: Any, **more: Any) -> Any:
        if not str(host).startswith("morto"):
            return real(host, *given, **more)
        asked.release()
        released.wait()
        raise socket.gaierror(socket.EAI_AGAIN, "no answer")

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    kind, message = kinds()["webhook"], Message("msg_1", "alerta_aberto", b"{}", 1)

    def destino(url: str, owner: int | None) -> Destino:
        return Destino(tipo="webhook", url=url, timeout=NEVER, usuario_id=owner)

    async def try_all(server: RawServer) -> None:
        urls = [f"http://morto{n}.example:{server.port}/x" for n in range(SHARE)]
        dead = [asyncio.ensure_future(kind.deliver(destino(url, 1), message, SYSTEM.now())) for url in urls]
        for _ in dead:
            await asyncio.get_running_loop().run_in_executor(None, asked.acquire)
        made = await kind.deliver(destino(f"http://localhost:{server.port}/x", 2), message, SYSTEM.now())
        assert made.outcome.delivered
        assert not any(one.done() for one in dead)
        released.set()
        assert {one.outcome.delivered for one in await asyncio.gather(*dead)} == {False}

    with RawServer(b"HTTP/1.1 204 No Content\r\n\r\n") as server:
        loop.run(try_all(server))
        assert len(server.requests) == 1
