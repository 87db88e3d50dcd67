"""The mailboxes as pages: what came is listed, the newest first, and shown as its reader sees it."""

from collections.abc import Iterator
from email.message import EmailMessage

import pytest
import requests

from sandbox.mail.dialogue import Mail
from sandbox.mail.pages import Mailboxes
from sandbox.mail.server import KEPT, MailServer


@pytest.fixture
def server() -> MailServer:
    """A mail server that is handed its mail."""
    return MailServer("esteira", "segredo")


@pytest.fixture
def pages(server: MailServer) -> Iterator[Mailboxes]:
    with Mailboxes(server) as running:
        yield running


def message(subject: str = "Aviso", text: str = "Primeira linha\n") -> EmailMessage:
    made = EmailMessage()
    made["Subject"], made["Date"] = subject, "Thu, 26 Nov 2026 10:00:00 -0300"
    made.set_content(text)
    return made


def keep(server: MailServer, made: EmailMessage, *readers: str) -> None:
    server.keep(Mail("avisos@esteira.example", readers or ("ana@loja.example",), made))


def get(pages: Mailboxes, path: str = "/") -> requests.Response:
    return requests.get(pages.url + path, timeout=60)


def test_an_empty_box_says_so(pages: Mailboxes) -> None:
    assert "Ainda não chegou nada." in get(pages).text
    assert get(pages, "/mensagens/1").status_code == 404


def test_the_newest_stands_first_with_who_gets_it(pages: Mailboxes, server: MailServer) -> None:
    keep(server, message("Primeiro"))
    keep(server, message("Segundo <b>"), "ana@loja.example", "bia&co@loja.example")
    text = get(pages).text
    assert text.index("Segundo &lt;b&gt;") < text.index("Primeiro")
    assert "ana@loja.example, bia&amp;co@loja.example" in text
    assert text.index("'/mensagens/2'") < text.index("'/mensagens/1'")


def test_a_message_keeps_its_number_when_older_ones_are_gone(pages: Mailboxes, server: MailServer) -> None:
    for number in range(1, KEPT + 3):
        keep(server, message(text=f"texto {number}\n"))
    assert get(pages).text.count("<tr><td>") == KEPT
    assert [get(pages, f"/mensagens/{number}").status_code for number in (0, 2, KEPT + 3)] == [404] * 3
    for number in (3, KEPT + 2):
        assert f"texto {number}\n" in get(pages, f"/mensagens/{number}").text


@pytest.mark.parametrize("path", ["/mensagens/x", "/mensagens/-1", "/mensagens/", "/outra", f"/mensagens/{10**10}"])
def test_there_is_no_other_page(pages: Mailboxes, server: MailServer, path: str) -> None:
    keep(server, message())
    assert get(pages, path).status_code == 404


def test_a_plain_text_is_shown_as_it_is(pages: Mailboxes, server: MailServer) -> None:
    keep(server, message(text="a < b\n"))
    assert get(pages, "/mensagens/1").text == "<pre>a &lt; b\n</pre>"


def test_the_page_of_a_message_goes_before_its_text_and_has_its_images_in_it(
    pages: Mailboxes, server: MailServer
) -> None:
    made = message()
    made.add_alternative("<p><img src='cid:g1'><img src='cid:outra'>", subtype="html")
    made.get_payload()[1].add_related(b"\x89PNG", "image", "png", cid="<g1>")  # type: ignore[index, union-attr]
    keep(server, made)
    shown = get(pages, "/mensagens/1")
    assert shown.text.strip() == "<p><img src='data:image/png;base64,iVBORw=='><img src='cid:outra'>"
    assert shown.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")


def test_a_message_without_a_text_says_so(pages: Mailboxes, server: MailServer) -> None:
    made = EmailMessage()
    made.set_content(b"\x89PNG", "image", "png")
    keep(server, made)
    assert get(pages, "/mensagens/1").text == "<p>Sem texto."
