"""What counts as delivered does not depend on what follows the headers, nor on how TCP cuts an answer."""

import pytest
from support.deliveries import attempts, fire, only, webhook

from events.delivery.drain import drain
from sandbox.raw import RawServer
from storage.models.eventos import Estado

pytestmark = pytest.mark.usefixtures("loopback")

OK = b"HTTP/1.1 200 OK\r\n"
LONG = b"x" * (64 * 1024 - 20)
DELIVERED = {
    "a long header": OK + b"X-Policy: " + LONG + b"\r\nContent-Length: 2\r\n\r\nok",
    "many headers": OK + b"".join(b"X-%d: %s\r\n" % (n, b"y" * 50) for n in range(1000)) + b"Content-Length: 0\r\n\r\n",
    "a long reason": b"HTTP/1.1 202 " + LONG + b"\r\nContent-Length: 0\r\n\r\n",
    "204 with a body": b"HTTP/1.1 204 No Content\r\n\r\n{}",
    "204 with a length and a body": b"HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n{}",
    "bytes after the end": OK + b"Content-Length: 2\r\n\r\nok e mais",
    "a bad chunk": OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a bad second chunk": OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n-1\r\n",
    "less than it promised": OK + b"Content-Length: 100\r\n\r\nparte",
    "an early hint": b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + OK + b"Content-Length: 0\r\n\r\nresto",
}


@pytest.mark.parametrize("piece", [None, 1], ids=["one segment", "byte by byte"])
@pytest.mark.parametrize("answer", DELIVERED.values(), ids=DELIVERED)
def test_good_headers_are_a_success_whatever_follows(sqlite: str, answer: bytes, piece: int | None) -> None:
    with RawServer(answer, piece=piece, closes=True) as server:
        destino = webhook(f"{server.url}/x")
        fire(2)
        drain(destino)
        assert [(made.outcome, made.error) for made in attempts()] == [("entregue", None)] * 2
        assert len(server.requests) == 2


@pytest.mark.parametrize("piece", [None, 1], ids=["one segment", "byte by byte"])
def test_a_refusal_is_told_by_its_status_whatever_follows(sqlite: str, piece: int | None) -> None:
    answer = b"HTTP/1.1 503 Service Unavailable\r\nX: " + LONG + b"\r\nContent-Length: 2\r\n\r\nno e mais"
    with RawServer(answer, piece=piece, closes=True) as server:
        destino = webhook(f"{server.url}/x")
        fire()
        drain(destino)
        assert (only().estado, only().last_error) == (Estado.PENDENTE, "respondeu HTTP 503")


def test_a_wait_that_no_calendar_holds_is_ignored(sqlite: str) -> None:
    answer = b"HTTP/1.1 503 Busy\r\nRetry-After: Wed, 25 Nov 20260000000 12:00:30 GMT\r\nContent-Length: 0\r\n\r\n"
    with RawServer(answer) as server:
        destino = webhook(f"{server.url}/x")
        fire()
        drain(destino)
        assert (only().tentativas, only().last_error) == (1, "respondeu HTTP 503")


@pytest.mark.parametrize(
    "target", ["/%7Eana/%2F/../c%2fd?s=%2B+%20%3d&sig=%c3%a7%2F", "/a//b;c=d/./e?x='(y)'", "/x?a=b?c/d&e=%zz"]
)
def test_a_signed_link_goes_out_as_it_was_typed(sqlite: str, target: str) -> None:
    with RawServer(OK + b"Content-Length: 0\r\n\r\n") as server:
        destino = webhook(f"{server.url}{target}")
        fire()
        drain(destino)
        assert server.requests[0].split(b"\r\n")[0].decode() == f"POST {target} HTTP/1.1"
