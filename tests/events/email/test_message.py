"""A notice as a message: what a foreign reader finds in its bytes."""

import re
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest

from core.email_address import Mailbox, checked_mailbox
from events.email.content import Anexo, Imagem
from events.email.message import Heading, compose, identity_of
from events.email.rendering import Escrito

SENDER = Mailbox("avisos", "esteira.exemplo.com.br", 'Padaria, Café & "Cia"')
NOW = datetime(2026, 11, 26, 8, 0, tzinfo=ZoneInfo("America/Sao_Paulo"))
LINK = "https://esteira.exemplo.com.br/email/cancelar/abc"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
WRITTEN = Escrito(
    "✅ NFe 1 importada – ação",
    "Olá, José.\n.\nFrom alguém\n",
    "<p>Olá, José.</p>\n" + "<p>" + "x" * 3000 + "</p>\n",
    [Imagem("grafico", PNG, "barras")],
    [Anexo("lista.csv", "text/csv", "﻿Nº;Emitente\r\n1;São José\r\n".encode())],
)


def heading(to: str = "ana@exemplo.com.br", cancelar: str | None = LINK) -> Heading:
    return Heading(SENDER, checked_mailbox(to), identity_of("msg_1", 7, to), NOW, cancelar)


def read(raw: bytes) -> EmailMessage:
    found = message_from_bytes(raw, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def shape(part: EmailMessage) -> object:
    kind = part.get_content_type()
    return (kind, [shape(one) for one in part.iter_parts()]) if part.is_multipart() else kind


def test_the_parts_stand_in_the_order_that_mail_programs_expect() -> None:
    alternative = ("multipart/alternative", ["text/plain", "text/html"])
    related = ("multipart/related", [alternative, "image/png"])
    assert shape(read(compose(WRITTEN, heading()))) == ("multipart/mixed", [related, "text/csv"])
    plain = Escrito("a", "b", "c")
    assert shape(read(compose(plain, heading()))) == alternative


def test_every_part_arrives_as_it_was() -> None:
    message = read(compose(WRITTEN, heading()))
    for kind, wanted in (("plain", WRITTEN.texto), ("html", WRITTEN.html)):
        part = message.get_body((kind,))
        assert part is not None
        assert part.get_content().replace("\r\n", "\n") == wanted
    (picture,) = [one for one in message.walk() if one.get_content_type() == "image/png"]
    assert picture.get_content() == PNG
    assert picture["Content-ID"] == f"<{heading().cid_of('grafico')}>"
    assert picture.get_content_disposition() == "inline"
    (file,) = message.iter_attachments()
    assert file.get_filename() == "lista.csv"
    assert file.get_content().endswith("São José\r\n") or file.get_content().endswith("São José\n")


def test_the_headers_say_who_and_what_and_how_to_end_it() -> None:
    message = read(compose(WRITTEN, heading()))
    assert message["Subject"] == WRITTEN.assunto
    assert message["From"].addresses[0].display_name == SENDER.name
    assert message["From"].addresses[0].addr_spec == SENDER.address
    assert [one.addr_spec for one in message["To"].addresses] == ["ana@exemplo.com.br"]
    assert message["Date"].datetime == NOW
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"] == f"<{LINK}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message.defects == []


@pytest.mark.parametrize(("link", "posts"), [(None, None), (LINK.replace("https", "http"), None)])
def test_one_click_needs_a_link_that_is_ciphered(link: str | None, posts: str | None) -> None:
    message = read(compose(WRITTEN, heading(cancelar=link)))
    assert (message["List-Unsubscribe"] is None) == (link is None)
    assert message["List-Unsubscribe-Post"] is posts


def test_a_message_is_known_by_its_delivery_and_its_recipient() -> None:
    first, again = read(compose(WRITTEN, heading())), read(compose(WRITTEN, heading()))
    assert first["Message-ID"] == again["Message-ID"]
    assert re.fullmatch(r"<msg_1\.[0-9a-f]{12}@esteira\.exemplo\.com\.br>", first["Message-ID"])
    others = {identity_of("msg_1", 7, "a@b.c"), identity_of("msg_1", 8, "a@b.c"), identity_of("msg_2", 7, "a@b.c")}
    assert len(others) == 3
    assert heading("bia@exemplo.com.br").cid_of("grafico") != heading().cid_of("grafico")


@pytest.mark.parametrize(
    "subject",
    [
        "a\r\nBcc: x@y.z",
        "a\nBcc: x@y.z",
        "a\rBcc: x@y.z",
        "a\u2028Bcc: x@y.z",
        "a\x85Bcc: x@y.z",
        "a\x0b\x0c\x1cBcc: x",
    ],
)
def test_no_subject_and_no_name_makes_a_header(subject: str) -> None:
    sender = Mailbox("avisos", "exemplo.com.br", subject)
    raw = compose(Escrito(subject, "t", "h"), Heading(sender, checked_mailbox("a@b.com.br"), "m", NOW))
    head = raw.partition(b"\r\n\r\n")[0]
    assert not re.search(rb"(?mi)^bcc", head)
    names = [line.partition(b":")[0] for line in re.split(rb"\r\n(?![ \t])", head)]
    assert len(names) == len(set(names))
    assert read(raw)["Bcc"] is None
    assert re.fullmatch(rb"(?:[^\r\n]*\r\n)*", raw)


@pytest.mark.parametrize(
    "subject",
    [
        "x" * 150,
        "é" * 150,
        "✅" * 100,
        "palavra " * 18,
        "Emissão " * 18,
        'a, b; c: d <e> (f) "g"',
        "=?utf-8?q?disfar=C3=A7ado?=",
        "👩‍👩‍👧 família",
    ],
)
def test_any_subject_is_read_as_it_was_written_in_lines_that_are_short(subject: str) -> None:
    raw = compose(Escrito(subject, "t", "h"), heading())
    assert read(raw)["Subject"] == subject.replace("\u200d", "").strip()
    assert max(map(len, raw.split(b"\r\n"))) <= 998


@pytest.mark.parametrize(
    "name", ["Ana", "Padaria, Café", 'A "B" C', "São José <x@y.z>", "a@b", "x" * 200, "é" * 20, "=?utf-8?q?=41?="]
)
def test_any_sender_s_name_is_one_name(name: str) -> None:
    sender = Mailbox("avisos", "exemplo.com.br", name)
    message = read(compose(Escrito("s", "t", "h"), Heading(sender, checked_mailbox("a@b.com.br"), "m", NOW)))
    (one,) = message["From"].addresses
    assert (one.display_name, one.addr_spec) == (name, "avisos@exemplo.com.br")


def test_an_address_with_accents_stands_as_it_is() -> None:
    raw = compose(Escrito("s", "t", "h"), heading("josé@exemplo.com.br"))
    assert "To: josé@exemplo.com.br\r\n".encode() in raw


def test_lines_end_as_mail_wants_them_and_are_ascii_without_accents_in_the_address() -> None:
    raw = compose(WRITTEN, heading())
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert not re.search(rb"(?m)^>From", raw)
    assert max(map(len, raw.split(b"\r\n"))) <= 998
