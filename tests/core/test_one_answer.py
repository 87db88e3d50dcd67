"""One connection, byte by byte: what it tells of an answer, and what it does about bytes that belong to none."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from aiohttp import ClientPayloadError

from core.one_answer import FIELD_LIMIT, OneAnswer

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
NO = b"HTTP/1.1 500 NO\r\nContent-Length: 2\r\n\r\nno"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


class Wire(asyncio.Transport):
    """A transport that goes nowhere, and knows whether it was closed."""

    closed = False

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


def connection() -> tuple[OneAnswer, Wire]:
    protocol, wire = OneAnswer(asyncio.get_running_loop()), Wire()
    protocol.connection_made(wire)
    asked(protocol)
    return protocol, wire


def asked(protocol: OneAnswer) -> None:
    """Begin with a request."""
    protocol.set_response_params(max_line_size=FIELD_LIMIT, max_field_size=FIELD_LIMIT, max_headers=4096)


def running(test: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    def run() -> None:
        asyncio.run(test())

    run.__name__ = test.__name__
    return run


@running
async def test_bytes_after_a_whole_answer_close_the_connection() -> None:
    protocol, wire = connection()
    protocol.data_received(OK)
    assert not wire.closed
    protocol.data_received(b"x")
    assert wire.closed


@running
async def test_bytes_while_nothing_is_asked_close_the_connection() -> None:
    protocol, wire = OneAnswer(asyncio.get_running_loop()), Wire()
    protocol.connection_made(wire)
    protocol.data_received(OK)
    assert wire.closed
    assert len(protocol) == 0


@running
async def test_a_second_answer_is_never_kept_for_the_next_request() -> None:
    protocol, wire = connection()
    protocol.data_received(OK + NO)
    assert len(protocol) == 1
    message, payload = await protocol.read()
    assert (message.code, payload.read_nowait()) == (200, b"ok")
    assert wire.closed


@running
async def test_what_comes_late_is_not_taken_for_the_next_answer() -> None:
    protocol, _ = connection()
    protocol.data_received(OK)
    await protocol.read()
    asked(protocol)
    for byte in b" e mais HTT alguma coisa" + NO:
        protocol.data_received(bytes([byte]))
    message, _ = await protocol.read()
    assert message.code == 500


@running
async def test_a_reader_just_woken_by_the_end_of_a_chunk_hears_of_a_fault_behind_it() -> None:
    protocol, _ = connection()
    protocol.data_received(CHUNKED + b"2\r\nok")
    _, payload = await protocol.read()
    assert await payload.readany() == b"ok"
    reading = asyncio.create_task(payload.readany())
    await asyncio.sleep(0)
    protocol.data_received(b"\r\n")
    protocol.data_received(b"zz\r\n")
    async with asyncio.timeout(5):
        assert await reading == b""
    assert isinstance(payload.exception(), ClientPayloadError)


@pytest.mark.parametrize("cut", range(len(CHUNKED) + 1))
def test_the_head_is_told_before_a_fault_behind_it(cut: int) -> None:
    async def once() -> None:
        protocol, wire = connection()
        answer = CHUNKED + b"zz\r\n"
        protocol.data_received(answer[:cut])
        protocol.data_received(answer[cut:])
        message, payload = await protocol.read()
        assert (message.code, wire.closed) == (200, True)
        assert isinstance(payload.exception(), ClientPayloadError)

    asyncio.run(once())
