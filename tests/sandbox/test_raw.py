"""The server of raw bytes answers what it is given, in the pieces it is told, and ends cleanly."""

import socket
import threading

import pytest
from support.ports import wait_until

from sandbox.raw import RawServer

REQUEST = b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"


def talk(server: RawServer, *requests: bytes) -> bytes:
    with socket.create_connection((server.host, server.port), timeout=60) as one:
        got = b""
        for request in requests:
            one.sendall(request)
            got += one.recv(1)
        one.shutdown(socket.SHUT_WR)
        while more := one.recv(65536):
            got += more
        return got


@pytest.mark.parametrize("piece", [None, 1, 2])
def test_answers_come_in_turn_and_the_last_one_again(piece: int | None) -> None:
    with RawServer(b"um", b"dois", piece=piece) as server:
        assert talk(server, REQUEST) == b"um"
        assert talk(server, REQUEST) == talk(server, REQUEST) == b"dois"
        assert server.requests == [REQUEST] * 3
        assert server.connections == 3


def test_a_request_in_pieces_is_one_request() -> None:
    with RawServer(b"x", closes=True) as server, socket.create_connection((server.host, server.port), 10) as one:
        for start in range(len(REQUEST)):
            one.sendall(REQUEST[start : start + 1])
        assert one.recv(10) == b"x"
        assert one.recv(10) == b""
    assert server.requests == [REQUEST]


def test_it_tells_when_an_answer_is_written_and_says_more_unasked() -> None:
    with RawServer(b"um", piece=1) as server, socket.create_connection((server.host, server.port), 30) as one:
        one.sendall(REQUEST)
        wait_until(lambda: server.answered == 1)
        server.interrupt(b" mais")
        server.interrupt(b"")
        assert one.recv(7, socket.MSG_WAITALL) == b"um mais"
        assert one.recv(1) == b""


def test_a_reset_is_a_reset() -> None:
    with RawServer(resets=True) as server, pytest.raises(ConnectionError):
        talk(server, REQUEST)
    assert server.requests == []


def test_nothing_is_left_of_it() -> None:
    with RawServer(b"x") as server, socket.create_connection((server.host, server.port), 10):
        pass
    assert [one for one in threading.enumerate() if one.name == "RawServer"] == []
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((server.host, server.port), 1)
