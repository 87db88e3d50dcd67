"""A connection against whatever may stand at a broker's address: a sentence, in time, and no secret in it."""

import contextlib
import socket
import time
from dataclasses import replace
from ipaddress import ip_network

import amqp
import pytest
from support.descriptors import no_descriptors
from support.ports import soon

from connectors.base.watch import Watch
from events.delivery.address import Judge
from events.delivery.outcome import NO_MEANS
from events.delivery.rabbitmq.link import Link
from events.delivery.rabbitmq.message import Publication
from events.delivery.rabbitmq.options import Exchange
from events.delivery.rabbitmq.sender import Line
from sandbox.raw import RawServer
from sandbox.server import refused_address
from storage.models.eventos import Estado

SECRET = "senha-que-ninguem-ve"  # pragma: allowlist secret


class Eager(RawServer):
    """Says its word as soon as somebody comes, as no broker does."""

    def _serve(self, peer: socket.socket) -> None:
        with contextlib.suppress(OSError):
            self._send(peer, self.answers[0])
            while not self.closes and peer.recv(65536):
                pass
        with contextlib.suppress(OSError):
            peer.shutdown(socket.SHUT_RDWR)
            peer.close()


LOOPBACK = Judge((ip_network("127.0.0.0/8"),), allow_http=True)
EXCHANGE = Exchange("127.0.0.1", 0, "/", tls=False, user="u", password=SECRET)
START = b"\x01\x00\x00" + (10).to_bytes(4, "big") + b"\x00\x0a\x00\x0a\x00\x09\x00\x00\x00\x00\xce"


def publication(seconds: float) -> Publication:
    return Publication(amqp.Message(b"{}", message_id="msg_1"), "fila", time.monotonic() + seconds)


def published(port: int, judge: Judge = LOOPBACK, seconds: float = 1.0) -> str:
    """Publish once as a process does; return what is said of it."""
    watch = Watch()
    line = Line(Link(replace(EXCHANGE, port=port), judge, timeout=1.0), watch)
    with soon():
        settled = line.put(publication(seconds)).result()
        line.close()
    watch.close()
    assert SECRET not in repr(settled)
    assert settled.outcome.estado in (Estado.PENDENTE, Estado.BLOQUEADO)
    return settled.outcome.text


@pytest.mark.parametrize(
    ("answer", "options", "told"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", {}, ("não é AMQP",)),
        (b"AMQP\x00\x00\x09\x01", {"closes": True}, ("não é AMQP", "foi encerrada")),
        (b"\x01\x00\x00\xff\xff\xff\xff", {}, ("encerrou", "não é AMQP")),
        (START, {}, ("não é AMQP", "a tempo")),
        (START[:-1] + b"\x00", {}, ("encerrou", "não é AMQP")),
        (b"\x08\x00\x00\x00\x00\x00\x00\xce" * 5000, {"piece": 8}, ("a tempo", "não é AMQP")),
        (b"", {}, ("a tempo",)),
        (b"", {"closes": True}, ("foi encerrada",)),
        # the reset may come before the connection counts as made
        (b"", {"resets": True}, ("foi encerrada", "não foi possível conectar")),
    ],
    ids=["http", "other version", "endless frame", "garbage", "bad end", "drip", "silence", "closed", "reset"],
)
def test_what_is_no_broker_is_told_in_time(answer: bytes, options: dict[str, bool], told: tuple[str, ...]) -> None:
    with Eager(answer, **options) as server:  # type: ignore[arg-type]
        said = published(server.port)
    assert any(part in said for part in told), said


def test_nobody_there_is_told() -> None:
    with refused_address() as nowhere:
        assert "não foi possível conectar" in published(int(nowhere.rpartition(":")[2]))


def test_nothing_left_to_connect_with_is_no_attempt() -> None:
    watch = Watch()
    link = Link(replace(EXCHANGE, port=9), LOOPBACK, timeout=1.0)
    with no_descriptors():
        (settled,) = link.publish([publication(10.0)])
    watch.close()
    assert settled.outcome == NO_MEANS


def test_an_address_that_is_not_allowed_is_never_dialled() -> None:
    with RawServer(b"") as server:
        assert "não permitido" in published(server.port, Judge(allow_http=True))
        assert "não permitido" in published(server.port, replace(LOOPBACK, allow_http=False))
        assert server.connections == 0


def test_what_waited_beyond_its_time_is_not_begun() -> None:
    with RawServer(b"") as server:
        watch = Watch()
        line = Line(Link(replace(EXCHANGE, port=server.port), LOOPBACK, timeout=1.0), watch)
        settled = line.put(publication(-1.0)).result()
        line.close()
        watch.close()
        assert settled.outcome.untried
        assert server.connections == 0
