"""What a session makes of an answer does not depend on how TCP cuts it, nor on what the library's defaults allow."""

import asyncio
import itertools
import socket
import threading
from collections.abc import Sequence
from typing import Any

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.descriptors import sockets_to
from support.ports import wait_until

from core import one_answer
from core.http import open_session, read_into
from core.one_answer import FIELD_LIMIT, HEAD_LIMIT, OneAnswer
from sandbox.raw import RawServer

OK = b"HTTP/1.1 200 OK\r\n"
TWO = b"Content-Length: 2\r\n\r\nok"
GOOD: dict[str, bytes] = {
    "plain": OK + TWO,
    "long field": OK + b"X: " + b"x" * (FIELD_LIMIT - 10) + b"\r\n" + TWO,
    "long reason": b"HTTP/1.1 200 " + b"x" * (FIELD_LIMIT - 10) + b"\r\n" + TWO,
    "many fields": OK + b"".join(b"X-%d: %d\r\n" % (n, n) for n in range(2000)) + TWO,
    "bytes after the end": OK + TWO + b" e mais alguma coisa\r\n\r\n",
    "a second answer": OK + TWO + b"HTTP/1.1 500 NO\r\nContent-Length: 2\r\n\r\nno",
    "a hint before": b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + OK + TWO,
    "bare line feeds": (OK + TWO).replace(b"\r\n", b"\n"),
    "in chunks": OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n",
}
BODYLESS: dict[str, bytes] = {
    "204 with a body": b"HTTP/1.1 204 No Content\r\n\r\num corpo",
    "204 with a declared body": b"HTTP/1.1 204 No Content\r\nContent-Length: 8\r\n\r\num corpo",
    "204 with chunks": b"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "204 with HTML": b"HTTP/1.1 204 No Content\r\n\r\n<HTML><HEAD></HEAD></HTML>",
}
BROKEN: dict[str, bytes] = {
    "no size of a chunk": OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a bad second chunk": OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\nzz\r\n",
    "more than its size": OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nokk\r\n0\r\n\r\n",
}
NO_HTTP: dict[str, bytes] = {
    "another protocol": b"SSH-2.0-outro\r\n\r\n",
    "no length": OK + b"Content-Length: muito\r\n\r\n",
    "a field without end": OK + b"X: " + b"x" * (FIELD_LIMIT + 1) + b"\r\n" + TWO,
    "a head without end": OK + (b"X: " + b"x" * 50_000 + b"\r\n") * 6 + TWO,
}
PIECES = (None, 1, 7)


def exchanges(answer: bytes, piece: int | None, times: int = 4) -> list[tuple[int, bytes | str] | str]:
    """Return what some requests in a row, on one session, came to."""

    async def all_of_them() -> list[tuple[int, bytes | str] | str]:
        async with open_session() as session, asyncio.timeout(20):
            return [await _one_and_its_end(session, server) for _ in range(times)]

    with RawServer(answer, piece=piece) as server:
        return asyncio.run(all_of_them())


async def _one_and_its_end(session: aiohttp.ClientSession, server: RawServer) -> tuple[int, bytes | str] | str:
    """Return what a request came to once all of its answer is written: what came later might pass for the next one."""
    found, asked = await _one(session, server.url), len(server.requests)
    await asyncio.to_thread(wait_until, lambda: server.answered >= asked, seconds=20, every=0.001)
    return found


async def _one(session: aiohttp.ClientSession, url: str, data: bytes = b"x") -> tuple[int, bytes | str] | str:
    try:
        async with session.post(url, data=data) as response:
            body = bytearray()
            try:
                await read_into(body, response, 100)
            except aiohttp.ClientPayloadError:
                return response.status, "broken"
            return response.status, bytes(body)
    except aiohttp.ClientError as error:
        return type(error).__name__


def cases(table: dict[str, bytes]) -> list[object]:
    return [
        pytest.param(answer, piece, id=f"{name}, {piece or 'one segment'}")
        for name, answer in table.items()
        for piece in PIECES
    ]


@pytest.mark.parametrize(("answer", "piece"), cases(GOOD))
def test_a_good_answer_is_read_however_it_is_written(answer: bytes, piece: int | None) -> None:
    assert exchanges(answer, piece) == [(200, b"ok")] * 4


@pytest.mark.parametrize(("answer", "piece"), cases(BODYLESS))
def test_an_answer_that_has_no_body_may_bring_one(answer: bytes, piece: int | None) -> None:
    assert exchanges(answer, piece) == [(204, b"")] * 4


@pytest.mark.parametrize(("answer", "piece"), cases(BROKEN))
def test_a_broken_body_keeps_its_status_and_never_looks_whole(answer: bytes, piece: int | None) -> None:
    assert exchanges(answer, piece) == [(200, "broken")] * 4


@pytest.mark.parametrize(("answer", "piece"), cases(NO_HTTP))
def test_what_is_no_http_is_a_fault(answer: bytes, piece: int | None) -> None:
    assert exchanges(answer, piece, 2) == ["ClientResponseError"] * 2


def test_a_connection_is_kept_for_the_next_request() -> None:
    async def twice() -> None:
        async with open_session() as session:
            for _ in range(2):
                await _one(session, server.url)

    with RawServer(OK + TWO) as server:
        asyncio.run(twice())
        assert (server.connections, len(server.requests)) == (1, 2)


def test_a_connection_with_something_after_the_end_is_not_kept() -> None:
    async def twice() -> None:
        async with open_session() as session:
            for _ in range(2):
                await _one_and_its_end(session, server)

    with RawServer(GOOD["bytes after the end"]) as server:
        asyncio.run(twice())
        assert server.connections == 2


@pytest.mark.parametrize("late", [b"", GOOD["plain"], b"HTTP/1.1 500 NO\r\n\r\n"], ids=["the end", "good", "bad"])
def test_what_came_before_a_request_does_not_answer_it(late: bytes) -> None:
    async def twice() -> object:
        async with open_session() as session, asyncio.timeout(20):
            await _one_and_its_end(session, server)
            # the event loop does not run in between: nothing has read it when the next request is made
            server.interrupt(late)
            return await _one(session, server.url)

    with RawServer(GOOD["plain"], OK + b"Content-Length: 5\r\n\r\nmeu 2") as server:
        assert asyncio.run(twice()) == (200, b"meu 2")
        assert server.connections == 2


ANY = {**GOOD, **BODYLESS, **BROKEN, **NO_HTTP}


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(ANY)), st.lists(st.integers(0, 400), max_size=6))
def test_where_the_segments_are_cut_changes_nothing(name: str, cuts: Sequence[int]) -> None:
    answer = ANY[name]
    assert asyncio.run(_parsed(answer, cuts)) == asyncio.run(_parsed(answer, ()))


async def _parsed(answer: bytes, cuts: Sequence[int]) -> tuple[object, ...]:
    """Return what a connection tells of these bytes, cut at these places: status, body, whether the body is whole."""
    protocol = OneAnswer(asyncio.get_running_loop())
    protocol.connection_made(_Wire())
    protocol.set_response_params(max_line_size=FIELD_LIMIT, max_field_size=FIELD_LIMIT, max_headers=4096)
    places = [0, *sorted({cut for cut in cuts if cut < len(answer)}), len(answer)]
    for start, end in itertools.pairwise(places):
        protocol.data_received(answer[start:end])
    if not len(protocol):
        return (type(protocol.exception()).__name__ if protocol.exception() else "nothing",)
    message, payload = await protocol.read()
    body = payload.read_nowait() if payload.exception() is None else b""
    return message.code, len(message.headers), body, payload.is_eof(), type(payload.exception()).__name__


class _Wire(asyncio.Transport):
    """A transport that goes nowhere."""

    def close(self) -> None:
        """Go on: what comes after is to be ignored by the connection itself."""

    def is_closing(self) -> bool:
        return False


def test_an_answer_without_end_costs_no_more_than_its_limit() -> None:
    assert HEAD_LIMIT == 256 * 1024
    with RawServer(OK + b"X: 1\r\n" * 100_000) as server:

        async def once() -> object:
            async with open_session() as session, asyncio.timeout(20):
                return await _one(session, server.url)

        assert asyncio.run(once()) == "ClientResponseError"


# as much as an event has at most; the kernel keeps little of it on either side
BODY = bytes(1024 * 1024)


def listening() -> socket.socket:
    """Return a port that takes connections, whether or not anybody reads from them."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.bind(("127.0.0.1", 0))
    made.listen()
    return made


def narrow(info: tuple[Any, ...]) -> socket.socket:
    made = socket.socket(info[0], info[1], info[2])
    made.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    return made


def test_who_does_not_read_what_is_sent_keeps_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_answer, "UNREAD_SECONDS", 0.05)

    async def once(port: int) -> None:
        async with open_session(aiohttp.TCPConnector(socket_factory=narrow)) as session:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.5):
                    await session.post(f"http://127.0.0.1:{port}", data=BODY)
            await asyncio.to_thread(wait_until, lambda: sockets_to(port) == 0, seconds=20)

    with listening() as deaf:
        asyncio.run(once(deaf.getsockname()[1]))


def test_who_answers_before_it_reads_gets_everything_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_answer, "UNREAD_SECONDS", 60.0)
    answered, seen = threading.Event(), bytearray()

    def hasty(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            connection.sendall(OK + b"Connection: close\r\n" + TWO)
            answered.wait(20)
            while data := connection.recv(1 << 20):
                seen.extend(data)

    async def once(port: int) -> None:
        async with open_session(aiohttp.TCPConnector(socket_factory=narrow)) as session:
            assert await _one(session, f"http://127.0.0.1:{port}", BODY) == (200, b"ok")
            answered.set()
            await asyncio.to_thread(reader.join, 60)

    with listening() as server:
        reader = threading.Thread(target=hasty, args=(server,), daemon=True)
        reader.start()
        asyncio.run(once(server.getsockname()[1]))
    assert seen.endswith(BODY)
