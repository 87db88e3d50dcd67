"""The API's process ends in time, however many pages are open."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Configure
from support.painel import SETTINGS
from support.ports import free_port, wait_until
from support.visiting import Visitor, account

from workers import web

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
VIEWERS, OF_ONE = 60, 10
ASKED = b"GET /painel/ao-vivo HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: %s\r\n\r\n"


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 60).close()
    except OSError:
        return False
    return True


def viewer(port: int, cookie: str) -> socket.socket:
    """Open a page's stream."""
    opened = socket.create_connection(("127.0.0.1", port), 60)
    opened.sendall(ASKED % cookie.encode())
    return opened


def shown(one: socket.socket) -> None:
    """Read a stream until its first cards have come."""
    seen = b""
    while b"event: frase" not in seen:
        part = one.recv(65_536)
        assert part, seen
        seen += part


def test_a_signal_that_comes_while_the_application_is_loaded_is_not_kept_for_later(
    sqlite: str, configure: Configure
) -> None:
    configure(core__database_url=sqlite, **SETTINGS)
    made = web.server()
    assert made.config.loaded, "the server takes signals only from here on"


def test_sixty_viewers_of_the_stream_do_not_hold_up_the_end(sqlite: str, configure: Configure) -> None:
    port = free_port()
    configure(core__database_url=sqlite, api__port=str(port), **SETTINGS)
    names = [f"pessoa{number}" for number in range(VIEWERS // OF_ONE)]
    for name in names:
        account(name)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "workers.web"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            wait_until(lambda: answers(port))
            cookies = []
            for name in names:
                who = Visitor(f"http://127.0.0.1:{port}")
                assert who.enter(name).status_code == 303
                cookies += [f"{one.name}={one.value}" for one in who.session.cookies]
            viewers = [viewer(port, cookie) for cookie in cookies for _ in range(OF_ONE)]
            for one in viewers:
                shown(one)
            assert len(viewers) == VIEWERS
            process.send_signal(signal.SIGTERM)
            for one in viewers:
                rest = b"".join(iter(lambda one=one: one.recv(65_536), b""))  # type: ignore[misc]
                assert rest.endswith(b"0\r\n\r\n"), "its stream is brought to its end, not cut off"
                one.close()
            assert process.wait(60) in (0, -signal.SIGTERM)
            assert process.stderr is not None
            told = process.stderr.read()
            assert "graceful shutdown exceeded" not in told
            assert "Traceback" not in told
        finally:
            process.kill()
