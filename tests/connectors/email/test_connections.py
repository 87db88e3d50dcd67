"""Messages over kept connections: what a server says, and what it leaves unsaid."""

import errno
import socketserver
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.descriptors import no_descriptors, very_many_open
from support.https import certificate
from support.smtp import SENDER, Answer, MailServer, dies, never

from connectors.base.faults import Blocked, Fault, OutOfMeans, Overloaded, Refused, TooLarge, Unreachable
from connectors.base.policy import Policy
from connectors.email import (
    AddressRefused,
    Connections,
    DomainSlowed,
    Envelope,
    Greylisted,
    MailboxFull,
    PolicyRefused,
    session,
)
from core.email_address import checked_mailbox, checked_sender
from core.settings.email import ContaEmail

CONTENT = b"Subject: oi\r\n\r\nPrimeira linha.\r\n.\r\n..ponto\r\nfim\r\n"
SECRET = "segredo-ç-1"  # pragma: allowlist secret
SHORT = 0.5


def envelope(to: str = "ana@exemplo.com.br", content: bytes = CONTENT) -> Envelope:
    return Envelope(checked_sender(SENDER), checked_mailbox(to), content)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


def sending(server: MailServer, **more: Any) -> Connections:
    return Connections("padrao", server.conta(**more), Policy(overall=60, connect=60))


def test_what_this_machine_lacks_is_told_as_our_own_want(
    server: MailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it shows at the file of the authority, which is there: the account is not stopped for it."""
    with sending(server) as connections, no_descriptors(), pytest.raises(OutOfMeans):
        connections.send(envelope(), 60)

    def last_one_is_taken(*, cafile: str) -> ssl.SSLContext:
        raise OSError(errno.EMFILE, "Too many open files", cafile)

    monkeypatch.setattr(ssl, "create_default_context", last_one_is_taken)
    ca = tmp_path / "ca.pem"
    ca.write_text("")
    assert isinstance(fault_of(server, security="tls", ca=str(ca)), OutOfMeans)


def fault_of(server: MailServer, seconds: float = 60.0, to: str = "ana@exemplo.com.br", **more: Any) -> Fault:
    """Return the fault of one message."""
    with sending(server, **more) as connections, pytest.raises(Fault) as raised:
        connections.send(envelope(to), seconds)
    said = str(raised.value)
    assert said.isprintable()
    assert said.startswith("E-mail padrao: ")
    assert said.endswith(".")
    assert SECRET not in said
    return raised.value


def test_a_message_arrives_as_it_is_and_the_server_s_words_are_kept(server: MailServer) -> None:
    with sending(server) as connections:
        assert connections.send(envelope()) == "250 2.0.0 OK"
    (mail,) = server.mails
    assert mail.raw == CONTENT
    assert (mail.sender, mail.recipient) == ("avisos@esteira.exemplo.com.br", "ana@exemplo.com.br")
    assert f"SIZE={len(CONTENT)}" in server.commands[1]


def test_many_messages_go_over_one_connection(server: MailServer) -> None:
    with sending(server) as connections:
        for number in range(5):
            connections.send(envelope(f"p{number}@exemplo.com.br"))
    assert server.connections == 1
    assert len(server.mails) == 5


def test_a_connection_is_left_after_so_many_messages(server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "MOST_MESSAGES", 2)
    with sending(server) as connections:
        for _ in range(5):
            connections.send(envelope())
    assert server.connections == 3
    assert len(server.mails) == 5


def test_a_refusal_leaves_the_connection_for_the_next_message(server: MailServer) -> None:
    server.answers["rcpt"] = ["550 5.1.1 nobody", ""]
    with sending(server) as connections:
        with pytest.raises(AddressRefused):
            connections.send(envelope())
        connections.send(envelope("bia@exemplo.com.br"))
    assert server.connections == 1
    assert [mail.recipient for mail in server.mails] == ["bia@exemplo.com.br"]


def test_a_connection_that_the_server_ended_is_replaced_and_the_message_goes_once(server: MailServer) -> None:
    with sending(server) as connections:
        connections.send(envelope())
        server.drop()
        connections.send(envelope())
        # here it says good-bye only when it is asked
        server.answers["rset"] = ["421 4.4.2 idle for too long", ""]
        connections.send(envelope())
        server.answers["mail"] = [dies, ""]
        server._asked["mail"] = 0
        connections.send(envelope())
    assert len(server.mails) == 4
    assert server.connections == 4


def test_a_connection_nobody_used_for_a_while_is_closed(server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with sending(server) as connections:
        connections.send(envelope())
        connections.close_idle()
        assert len(connections._idle) == 1
        monkeypatch.setattr("connectors.email.connections.IDLE_SECONDS", 0.0)
        connections.close_idle()
        assert connections._idle == []
        connections.send(envelope())
    assert server.connections == 2


@pytest.mark.parametrize(
    ("stage", "said", "kind"),
    [
        ("ehlo", "550 5.7.1 go away", Blocked),
        ("mail", "530 5.7.0 Authentication required", Blocked),
        ("mail", "552 5.3.4 message size exceeds limit", TooLarge),
        ("rcpt", "550 5.1.1 <ana@exemplo.com.br>: User unknown", AddressRefused),
        ("rcpt", "452 4.2.2 The email account that you tried to reach is over quota", MailboxFull),
        ("rcpt", "450 4.2.0 Greylisted, see http://postgrey", Greylisted),
        ("rcpt", "450 4.7.28 rate limited", DomainSlowed),
        ("data", "554 5.7.1 spam", PolicyRefused),
        ("data", "550 5.6.0 bad content", Refused),
        ("data", "550 5.4.5 Daily user sending limit exceeded", Overloaded),
    ],
)
def test_what_a_server_says_is_told_with_its_words_and_stores_nothing(
    server: MailServer, stage: str, said: str, kind: type[Fault]
) -> None:
    server.answers[stage] = [said]
    fault = fault_of(server)
    assert type(fault) is kind
    assert not fault.may_be_stored
    assert fault.status == int(said[:3])
    assert fault.said
    assert server.mails == []


@pytest.mark.parametrize("how", [dies, never])
@pytest.mark.parametrize(("stage", "stored"), [("ehlo", False), ("mail", False), ("rcpt", False), ("data", True)])
def test_silence_and_death_may_have_stored_a_message_only_after_its_end(
    server: MailServer, stage: str, how: Answer, *, stored: bool
) -> None:
    server.answers[stage] = [how]
    began = time.monotonic()
    fault = fault_of(server, SHORT if how is never else 60.0)
    assert time.monotonic() - began < 30
    assert fault.may_be_stored is stored


def test_nobody_there_is_for_later_and_an_unknown_name_is_not(server: MailServer) -> None:
    port = server.port
    with MailServer() as other:
        nobody = other.port
    assert isinstance(fault_of(server, port=nobody), Unreachable)
    assert port != nobody
    unknown = fault_of(server, host="smtp.invalid")
    assert isinstance(unknown, Blocked | Unreachable)


@pytest.mark.parametrize("implicit", [False, True])
def test_a_vouched_for_certificate_is_taken(tmp_path: Path, *, implicit: bool) -> None:
    made = certificate(tmp_path, "localhost")
    with MailServer(tls=made, implicit=implicit) as server:
        security = "tls" if implicit else "starttls"
        with sending(server, host="localhost", security=security, ca=made) as connections:
            connections.send(envelope())
            connections.send(envelope())
        assert len(server.mails) == 2


@pytest.mark.parametrize("implicit", [False, True])
@pytest.mark.parametrize(("host", "vouched"), [("localhost", False), ("127.0.0.1", True)])
def test_a_certificate_that_nobody_vouches_for_or_of_another_name_stops_the_account(
    tmp_path: Path, host: str, *, implicit: bool, vouched: bool
) -> None:
    made = certificate(tmp_path, "localhost")
    with MailServer(tls=made, implicit=implicit, users={"u": SECRET}) as server:
        security = "tls" if implicit else "starttls"
        more = {"ca": made} if vouched else {}
        fault = fault_of(server, host=host, security=security, user="u", password=SECRET, **more)
        assert isinstance(fault, Blocked)
        assert "certificado" in str(fault)
        assert server.mails == []


def test_a_server_without_the_cipher_that_is_asked_for_gets_nothing(server: MailServer) -> None:
    fault = fault_of(server, security="starttls")
    assert isinstance(fault, Blocked)
    assert "STARTTLS" in str(fault)
    assert not any(command.startswith("MAIL") for command in server.commands)


@pytest.mark.parametrize("said", [b"250 2.0.0 OK", b"299 go on", b"454 4.7.0 n\xc3\xa3o agora", b"220"])
def test_a_cipher_that_does_not_begin_costs_no_password(said: bytes) -> None:
    heard = list[bytes]()

    class Stripping(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 mx\r\n")
            while line := self.rfile.readline():
                heard.append(line)
                greeting = line.lower().startswith(b"ehlo")
                self.wfile.write(b"250-mx\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n" if greeting else said + b"\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Stripping) as running:
        threading.Thread(target=running.serve_forever, args=(0.01,)).start()
        host, port = running.server_address[:2]
        given = {"host": host, "port": port, "security": "starttls", "sender": SENDER, "user": "u", "password": SECRET}
        with Connections("padrao", ContaEmail.model_validate(given)) as connections, pytest.raises(Fault) as raised:
            connections.send(envelope(), 2.0)
        running.shutdown()
    assert not {line[:4].upper() for line in heard} & {b"AUTH", b"MAIL"}
    assert "b'" not in str(raised.value)
    assert "\\x" not in str(raised.value)


def test_a_process_with_very_many_files_open_keeps_its_connection(server: MailServer) -> None:
    with very_many_open(), sending(server) as connections:
        for _ in range(2):
            connections.send(envelope())
    assert (server.connections, len(server.mails)) == (1, 2)


def test_an_authority_that_is_no_file_is_told(server: MailServer, tmp_path: Path) -> None:
    assert isinstance(fault_of(server, security="tls", ca=tmp_path / "nada.pem"), Blocked)


@pytest.mark.parametrize("password", ["simples", SECRET])
def test_a_user_logs_in_with_any_password(tmp_path: Path, password: str) -> None:
    made = certificate(tmp_path, "localhost")
    with MailServer(tls=made, users={"joão": password}) as server:
        more = {"host": "localhost", "security": "starttls", "ca": made, "user": "joão"}
        with sending(server, password=password, **more) as connections:
            connections.send(envelope())
        assert len(server.mails) == 1
        fault = fault_of(server, password="outra", **more)
        assert isinstance(fault, Blocked)
        assert "usuário ou a senha" in str(fault)
        assert fault.status == 535


def test_a_server_without_a_login_that_we_know_is_told(server: MailServer) -> None:
    server.logins = False
    fault = fault_of(server, user="u", password=SECRET)
    assert isinstance(fault, Blocked)
    assert "AUTH PLAIN" in str(fault)


def test_an_address_with_accents_needs_a_server_that_takes_it() -> None:
    with MailServer(utf8=True) as server, sending(server) as connections:
        connections.send(envelope("josé@exemplo.com.br"))
        connections.send(envelope("ana@padaria-são-josé.com.br"))
        assert [mail.recipient for mail in server.mails] == [
            "josé@exemplo.com.br",
            "ana@xn--padaria-so-jos-yhb5h.com.br",
        ]
        assert [mail.utf8 for mail in server.mails] == [True, False]
    with MailServer() as server:
        fault = fault_of(server, to="josé@exemplo.com.br")
        assert isinstance(fault, AddressRefused)
        assert "SMTPUTF8" in str(fault)
        assert not any(command.startswith("MAIL") for command in server.commands)


@pytest.mark.parametrize("to", ["ana@exemplo.com.br", "josé@exemplo.com.br"])
def test_a_sender_with_accents_that_the_server_does_not_take_is_no_fault_of_who_receives(
    server: MailServer, to: str
) -> None:
    ours = replace(envelope(to), sender=checked_sender("notificação@exemplo.com.br"))
    with sending(server) as connections, pytest.raises(Blocked, match="remetente com acentos"):
        connections.send(ours)


def test_what_is_too_large_for_the_server_is_not_sent() -> None:
    with MailServer(size=10) as server:
        assert isinstance(fault_of(server), TooLarge)
        assert not any(command.startswith("MAIL") for command in server.commands)


def test_a_server_is_looked_at_without_a_message(server: MailServer) -> None:
    with sending(server) as connections:
        assert connections.check().startswith("mx.exemplo.com.br")
    assert server.mails == []


def test_we_greet_with_a_whole_name(server: MailServer) -> None:
    with sending(server) as connections:
        connections.send(envelope())
    name = server.commands[0].removeprefix("EHLO ")
    assert "." in name
    assert name.isascii()
