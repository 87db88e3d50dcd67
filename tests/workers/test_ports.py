"""Ports for what Esteira starts itself."""

import random
import socket

import pytest

from core.errors import Transient
from workers import ports
from workers.ports import LOOPBACK, PORTS, free_ports


def test_the_ports_are_free_different_and_not_those_that_clients_are_lent() -> None:
    found = free_ports(5)
    assert len(set(found)) == 5
    assert all(port < 32_768 for port in PORTS)
    for port in found:
        socket.create_server((LOOPBACK, port)).close()


def test_no_port_is_given_twice_though_nobody_serves_there_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two servers of one demonstration, or one and the broker, would wait for the same port."""
    monkeypatch.setattr(ports, "PORTS", range(20_000, 20_060))
    monkeypatch.setattr(ports, "_given", set())
    found = [port for _ in range(10) for port in free_ports(3)]
    assert len(set(found)) == len(found)


def test_processes_that_begin_with_one_seed_are_given_others(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for _ in range(2):
        monkeypatch.setattr(ports, "_given", set())
        random.seed(1)
        found.append(free_ports(4))
    assert found[0] != found[1]


def test_when_there_are_none_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setattr(ports, "PORTS", range(port, port + 1))
        monkeypatch.setattr(ports, "TRIED", 0)
        with pytest.raises(Transient, match="portas livres"):
            free_ports(1)
