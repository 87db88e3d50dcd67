"""The mail server of the demonstration: what it takes can be read, what is not right it refuses and forgets."""

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
import requests

from sandbox.mail import Mailboxes, MailServer

USER, PASSWORD = "esteira", "segredo"  # pragma: allowlist secret
SENDER, READER = "avisos@esteira.example", "ana@loja.example"


@pytest.fixture(scope="module")
def server() -> Iterator[MailServer]:
    with MailServer(USER, PASSWORD) as running:
        yield running


@pytest.fixture
def client(server: MailServer) -> Iterator[smtplib.SMTP]:
    with smtplib.SMTP("127.0.0.1", server.port, timeout=60) as connected:
        yield connected


def message(subject: str = "Olá, ção", **headers: str) -> EmailMessage:
    made = EmailMessage()
    given = {"From": SENDER, "To": READER, "Subject": subject, "Date": "Thu, 26 Nov 2026 10:00:00 -0300"}
    for name, value in (given | {"Message-ID": "<1@esteira.example>"} | headers).items():
        if value:
            made[name] = value
    made.set_content("Primeira linha\n.\n..ponto no início\n")
    return made


def test_what_it_takes_arrives_as_it_was_sent(server: MailServer, client: smtplib.SMTP) -> None:
    client.login(USER, PASSWORD)
    sent = message()
    assert client.send_message(sent, SENDER, [READER, "bia@loja.example"]) == {}
    kept = server.mails[-1]
    assert (kept.sender, kept.recipients) == (SENDER, (READER, "bia@loja.example"))
    assert kept.header("Subject") == "Olá, ção"
    assert kept.message.get_content().splitlines() == sent.get_content().splitlines()


@pytest.mark.parametrize("missing", ["From", "To", "Subject", "Date", "Message-ID"])
def test_a_message_without_a_header_that_readers_need_is_refused(client: smtplib.SMTP, missing: str) -> None:
    client.login(USER, PASSWORD)
    with pytest.raises(smtplib.SMTPDataError, match=missing) as refused:
        client.send_message(message(**{missing: ""}), SENDER, [READER])
    assert refused.value.smtp_code == 550
    assert client.send_message(message(), SENDER, [READER]) == {}


GREETED = ["EHLO aqui"]
ENTERED = [*GREETED, "AUTH PLAIN AGVzdGVpcmEAc2VncmVkbw=="]  # pragma: allowlist secret
WRITING = [*ENTERED, f"MAIL FROM:<{SENDER}>"]


@pytest.mark.parametrize(
    ("before", "line", "code"),
    [
        ([], "EHLO", 501),
        ([], "AUTH PLAIN AGVzdGVpcmEAc2VncmVkbw==", 503),  # pragma: allowlist secret
        ([], f"MAIL FROM:<{SENDER}>", 530),
        ([], "LINE x", 502),
        ([], "VRFY ana", 502),
        ([], "NOOP", 250),
        (GREETED, "AUTH PLAIN AGVzdGVpcmEAZXJyYWRv", 535),  # pragma: allowlist secret
        (GREETED, "AUTH PLAIN nao-e-base64", 535),
        (GREETED, "AUTH LOGIN", 503),
        (ENTERED, "AUTH PLAIN AGVzdGVpcmEAc2VncmVkbw==", 503),  # pragma: allowlist secret
        (ENTERED, f"RCPT TO:<{READER}>", 503),
        (ENTERED, "MAIL FROM:ana", 501),
        (ENTERED, "MAIL FROM:<>", 501),
        (ENTERED, f"MAIL FROM:<{SENDER}> SIZE=99999999", 552),
        (ENTERED, f"MAIL FROM:<{SENDER}> BODY=8BITMIME SIZE=100", 250),
        (WRITING, f"MAIL FROM:<{SENDER}>", 503),
        (WRITING, "RCPT TO:<ana>", 501),
        (WRITING, "DATA", 503),
        ([*WRITING, "RSET"], f"RCPT TO:<{READER}>", 503),
    ],
)
def test_each_command_has_its_time_and_its_form(client: smtplib.SMTP, before: list[str], line: str, code: int) -> None:
    for one in before:
        assert client.docmd(one)[0] < 300
    assert client.docmd(line)[0] == code
    assert client.noop()[0] == 250


@pytest.mark.parametrize("line", [b"a\nb\r\n", b"a\rb\r\n", b"x" * 999 + b"\r\n"])
def test_a_text_with_another_end_of_line_or_a_long_one_is_refused(
    server: MailServer, client: smtplib.SMTP, line: bytes
) -> None:
    client.login(USER, PASSWORD)
    taken = server.taken
    client.docmd(f"MAIL FROM:<{SENDER}>")
    client.docmd(f"RCPT TO:<{READER}>")
    assert client.docmd("DATA")[0] == 354
    headers = bytes(message()).partition(b"\n\n")[0].replace(b"\n", b"\r\n")
    client.send(headers + b"\r\n\r\n" + line + b".\r\n")
    assert client.getreply()[0] == 550
    assert server.taken == taken


@pytest.mark.parametrize("line", [b"x" * 600 + b"\r\n", b"x" * 5000 + b"\r\n", b"NOOP\n"])
def test_who_speaks_no_smtp_is_cut_off(server: MailServer, client: smtplib.SMTP, line: bytes) -> None:
    client.send(line)
    with pytest.raises((smtplib.SMTPServerDisconnected, AssertionError)):
        assert client.getreply()[0] != 500
        client.noop()
    with smtplib.SMTP("127.0.0.1", server.port, timeout=60) as another:
        assert another.noop()[0] == 250


def test_people_read_it_in_a_browser_and_no_script_of_it_runs(server: MailServer, client: smtplib.SMTP) -> None:
    client.login(USER, PASSWORD)
    sent = message("Aviso <b>")
    sent.add_alternative("<p>gráfico <img src='cid:g1'><script>alert(1)</script>", subtype="html")
    html = sent.get_payload()[1]  # type: ignore[index]
    html.add_related(b"\x89PNG", "image", "png", cid="<g1>")  # type: ignore[union-attr]
    client.send_message(sent, SENDER, [READER])
    with Mailboxes(server) as pages:
        listed = requests.get(f"{pages.url}/", timeout=60).text
        assert "Aviso &lt;b&gt;" in listed
        shown = requests.get(f"{pages.url}/mensagens/{server.taken}", timeout=60)
        assert "src='data:image/png;base64,iVBORw==" in shown.text
        assert shown.headers["Content-Security-Policy"].startswith("sandbox;")
        assert requests.get(f"{pages.url}/mensagens/{server.taken + 1}", timeout=60).status_code == 404
        assert requests.get(f"{pages.url}/mensagens/0", timeout=60).status_code == 404
        assert pages.estado()["mensagens"] == server.taken
