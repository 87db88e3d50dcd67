"""The mail server: who may send, what it keeps, and that it leaves nobody on the line."""

import socket
from email.message import EmailMessage

import pytest

from sandbox.mail.dialogue import Mail
from sandbox.mail.server import KEPT, MailServer


@pytest.fixture
def server() -> MailServer:
    return MailServer("esteira", "segredo")


@pytest.mark.parametrize(
    ("given", "known"),
    [
        (b"\0esteira\0segredo", True),
        (b"\0esteira\0outro", False),
        (b"\0outra\0segredo", False),
        (b"outra\0esteira\0segredo", False),
        (b"esteira\0segredo", False),
        (b"", False),
    ],
)
def test_one_user_with_one_password_may_send_and_for_nobody_else(server: MailServer, given: bytes, known: bool) -> None:
    assert server.knows(given) is known


def test_the_newest_are_kept_and_all_are_counted(server: MailServer) -> None:
    for number in range(KEPT + 5):
        server.keep(Mail("a@b.example", (f"r{number % 3}@d.example", "c@d.example"), EmailMessage()))
    assert (len(server.mails), server.taken) == (KEPT, KEPT + 5)
    assert server.estado() == {"mensagens": KEPT + 5, "recusados": 0, "caixas": 4}


def test_who_waits_for_a_message_is_told(server: MailServer) -> None:
    with server:
        assert not server.wait_for(lambda: server.taken, timeout=0.01)
        server.keep(Mail("a@b.example", ("c@d.example",), EmailMessage()))
        assert server.wait_for(lambda: server.taken)


def test_a_server_that_ends_leaves_nobody_on_the_line_and_comes_back(server: MailServer) -> None:
    with server:
        port = server.port
        connected = socket.create_connection(("127.0.0.1", port), timeout=60)
        with connected, connected.makefile("rb") as lines:
            assert lines.readline().startswith(b"220 ")
            server.stop()
            assert lines.read() == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=60)
    with server, socket.create_connection(("127.0.0.1", server.port), timeout=60) as again:
        assert again.recv(4) == b"220 "
