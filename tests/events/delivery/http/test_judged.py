"""A blocking session to a destination calls the address that was judged, under the name that was asked for."""

import socket
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from support.https import https_receiver

from connectors.base.blocking import BlockingSession
from connectors.base.faults import Blocked, Unreachable
from connectors.base.policy import Policy
from connectors.base.teller import Teller
from events.delivery.address import BlockedAddress, Judge
from events.delivery.http.judged import JudgedAdapter
from sandbox.anything import AnythingServer
from sandbox.server import refused_address

LOOPBACK = Judge(allow_networks=(ip_network("127.0.0.0/8"),), allow_http=True)
NOWHERE = Judge(allow_http=True)


def session(judge: Judge, **more: Any) -> BlockingSession:
    return BlockingSession(Policy(overall=10), Teller("Conta"), adapter=JudgedAdapter(judge), **more)


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Let a name have these addresses, one answer after the other; return the names that are asked for."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def answer(host: str, port: int, *given: Any, **more: Any) -> Any:
        if host != "desk.example":
            return real(host, port, *given, **more)
        asked.append(host)
        found = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked


def test_the_certificate_has_to_be_for_the_name_although_an_address_is_dialled(tmp_path: Path) -> None:
    with https_receiver(tmp_path) as server:
        with session(LOOPBACK, ca_file=str(server.authority)) as open_session:
            for _ in range(2):
                open_session.call("POST", f"https://localhost:{server.port}/", headers={}, body=b"x")
            with pytest.raises(Blocked):
                open_session.call("POST", f"https://127.0.0.1:{server.port}/", headers={}, body=b"x")
        assert server.names[0] == "localhost"
        assert server.bodies == [b"x", b"x"]


def test_a_denied_address_is_never_called() -> None:
    with AnythingServer({}) as server, session(NOWHERE) as open_session:
        for host in ("127.0.0.1", "localhost"):
            with pytest.raises(BlockedAddress):
                open_session.call("GET", f"http://{host}:{server.port}/", headers={})
        assert server.requests == []


def test_one_denied_address_of_a_name_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, ["127.0.0.1", "10.0.0.5"])
    with AnythingServer({}) as server, session(LOOPBACK) as open_session:
        with pytest.raises(BlockedAddress):
            open_session.call("GET", f"http://desk.example:{server.port}/", headers={})
        assert server.requests == []


def test_a_name_that_changes_its_answer_gains_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = resolving(monkeypatch, ["127.0.0.1"], ["10.0.0.5"])
    with AnythingServer({}) as server, session(LOOPBACK) as open_session:
        open_session.call("GET", f"http://desk.example:{server.port}/", headers={})
        assert server.requests[0].headers["Host"] == f"desk.example:{server.port}"
    assert asked == ["desk.example"]


def test_the_next_address_is_tried_where_one_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, ["127.0.0.2", "127.0.0.1"])
    with AnythingServer({}) as server, session(LOOPBACK) as open_session:
        assert open_session.call("GET", f"http://desk.example:{server.port}/", headers={}).status == 200


def test_who_cannot_be_reached_is_told_as_ever() -> None:
    with refused_address() as nowhere, session(LOOPBACK) as open_session:
        for url in (nowhere, "http://nome-que-nao-existe.invalid:81"):
            with pytest.raises(Unreachable):
                open_session.call("GET", url, headers={})
