"""What is said on one connection: each command in its order and form, and a message to its end (RFC 5321, RFC 4954)."""

import asyncio
import base64
import contextlib
from typing import Any

import pytest

from sandbox.mail import dialogue
from sandbox.mail.dialogue import COMMAND_LIMIT, LINE_LIMIT, RECIPIENTS, SIZE_LIMIT, Dialogue, Mail

LOGIN = b"\0esteira\0segredo"
HELLO, IN = "EHLO aqui", f"AUTH PLAIN {base64.b64encode(LOGIN).decode()}"
FROM, TO = "MAIL FROM:<avisos@esteira.example>", "RCPT TO:<ana@loja.example>"
OPEN = (HELLO, IN, FROM, TO, "DATA")
HEAD = (
    *("From: a@b.example", "To: c@d.example", "Subject: oi", "Message-ID: <1@b.example>"),
    *("Date: Thu, 26 Nov 2026 10:00:00 -0300", ""),
)


class Office:
    """Who takes the mail."""

    def __init__(self) -> None:
        self.refused = 0
        self.mails: list[Mail] = []

    def knows(self, credentials: bytes) -> bool:
        return credentials == LOGIN

    def keep(self, mail: Mail) -> None:
        self.mails.append(mail)


class Wire:
    """The end of a connection on which answers are written."""

    def __init__(self) -> None:
        self.said = b""

    def write(self, line: bytes) -> None:
        self.said += line

    async def drain(self) -> None:
        """There is room for any answer."""


def talk(*lines: str | bytes) -> tuple[list[str], Office]:
    """Say these lines, one after the other, and leave; return the answers, the greeting first."""
    office, wire = Office(), Wire()

    async def run() -> None:
        reader = asyncio.StreamReader(limit=2 * LINE_LIMIT)
        reader.feed_data(b"".join(one if isinstance(one, bytes) else f"{one}\r\n".encode() for one in lines))
        reader.feed_eof()
        with contextlib.suppress(asyncio.IncompleteReadError):
            await Dialogue(office, reader, wire).run()  # type: ignore[arg-type]

    asyncio.run(run())
    return wire.said.decode().split("\r\n")[:-1], office


def codes(*lines: str | bytes) -> list[int]:
    """Return the code of each answer after the greeting; one of several lines counts once."""
    return [int(one[:3]) for one in talk(*lines)[0][1:] if one[3] == " "]


def test_a_message_is_taken_from_the_greeting_to_the_farewell() -> None:
    said, office = talk(*OPEN, *HEAD, "um", "dois", ".", "QUIT", "NOOP")
    assert said[0].startswith("220 ")
    assert said[1:6] == [
        "250-correio",
        f"250-SIZE {SIZE_LIMIT}",
        "250-8BITMIME",
        "250-ENHANCEDSTATUSCODES",
        "250 AUTH PLAIN",
    ]
    assert [one[:3] for one in said[6:]] == ["235", "250", "250", "354", "250", "221"]
    (mail,) = office.mails
    assert (mail.sender, mail.recipients) == ("avisos@esteira.example", ("ana@loja.example",))
    assert (mail.header("Subject"), mail.header("Nada")) == ("oi", "")
    assert mail.message.get_content().splitlines() == ["um", "dois"]
    assert office.refused == 0


def test_commands_are_known_in_any_case() -> None:
    assert codes(*(one.swapcase() if one != IN else one.replace("AUTH PLAIN", "auth plain") for one in OPEN)) == [
        *(250, 235, 250, 250, 354)
    ]


@pytest.mark.parametrize(("given", "code"), [(LOGIN, 235), (b"\0esteira\0outra", 535), (b"", 535)])
def test_a_login_may_be_given_in_a_second_line(given: bytes, code: int) -> None:
    assert codes(HELLO, "AUTH PLAIN", base64.b64encode(given) + b"\r\n", FROM) == [
        250,
        334,
        code,
        250 if code < 300 else 530,
    ]


@pytest.mark.parametrize(
    ("before", "line", "code"),
    [
        ((), "", 502),
        ((), "HELO aqui", 502),
        ((), "STARTTLS", 502),
        ((), IN, 503),
        ((HELLO,), "AUTH CRAM-MD5", 503),
        ((HELLO,), "AUTH", 503),
        ((HELLO, IN), "MAIL FROM:avisos@esteira.example", 501),
        ((HELLO, IN), "MAIL FROM: <avisos@esteira.example>", 501),
        ((HELLO, IN), "MAIL FROM:<sem arroba>", 501),
        ((HELLO, IN), "MAIL TO:<avisos@esteira.example>", 501),
        ((HELLO, IN), "MAIL", 501),
        ((HELLO, IN), f"{FROM} SIZE={SIZE_LIMIT}", 250),
        ((HELLO, IN), f"{FROM} SIZE={SIZE_LIMIT + 1}", 552),
        ((HELLO, IN), f"{FROM} SIZE={10**15}", 552),
        ((HELLO, IN), f"{FROM} body=8bitmime size=10", 250),
        ((HELLO, IN), f"{FROM} BODY=7BIT AUTH=<>", 250),
        ((HELLO, IN), f"{FROM} BODY=BINARYMIME", 555),
        ((HELLO, IN), f"{FROM} SMTPUTF8", 555),
        ((HELLO, IN), f"{FROM} SIZE=x", 555),
        ((HELLO, IN), f"{FROM}  SIZE=1", 501),
        ((HELLO, IN, FROM), "RCPT FROM:<ana@loja.example>", 501),
        ((HELLO, IN, FROM), f"{TO} NOTIFY=NEVER", 555),
        ((HELLO, IN, FROM, TO), "AUTH PLAIN", 503),
        ((HELLO, IN, FROM, TO, HELLO), TO, 503),
        ((HELLO, IN, FROM, TO, "RSET"), "DATA", 503),
    ],
)
def test_each_command_has_its_time_its_form_and_no_parameter_that_was_not_offered(
    before: tuple[str, ...], line: str, code: int
) -> None:
    assert codes(*before, line)[-1] == code
    assert codes(*before, line, "NOOP")[-1] == 250


def test_refusals_are_counted() -> None:
    assert talk("VRFY ana", HELLO, FROM, IN, FROM, "RCPT TO:<ana>", TO, "QUIT")[1].refused == 3


def test_a_hundred_recipients_fit_and_the_next_waits() -> None:
    many = [f"RCPT TO:<r{number}@loja.example>" for number in range(RECIPIENTS + 1)]
    said, office = talk(HELLO, IN, FROM, *many, "DATA", *HEAD, "oi", ".")
    assert [one[:3] for one in said[-4:]] == ["250", "452", "354", "250"]
    assert len(office.mails[0].recipients) == RECIPIENTS


def test_every_message_has_a_sender_and_recipients_of_its_own() -> None:
    said, office = talk(*OPEN, *HEAD, "um", ".", "DATA", FROM, "RCPT TO:<bia@loja.example>", "DATA", *HEAD, "dois", ".")
    assert [one[:3] for one in said[-5:]] == ["503", "250", "250", "354", "250"]
    assert [mail.recipients for mail in office.mails] == [("ana@loja.example",), ("bia@loja.example",)]


def test_a_point_at_the_begin_of_a_line_was_doubled() -> None:
    _, office = talk(*OPEN, *HEAD, "..", "...um", "a.b", ".")
    assert office.mails[0].message.get_content().splitlines() == [".", "..um", "a.b"]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> int:
    """A server that takes little."""
    monkeypatch.setattr(dialogue, "SIZE_LIMIT", 400)
    return 400 - sum(len(line) + 2 for line in HEAD)


@pytest.mark.parametrize(("more", "code"), [(0, 250), (1, 552)])
def test_a_message_is_as_great_as_was_offered(small: int, more: int, code: int) -> None:
    said, office = talk(*OPEN, *HEAD, "x" * (small - 2 + more), ".")
    assert "250-SIZE 400" in said
    assert (said[-1][:3], len(office.mails)) == (str(code), int(code == 250))


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"x" * (LINE_LIMIT - 2) + b"\r\n", 250),
        (b"x" * (LINE_LIMIT - 1) + b"\r\n", 550),
        (b"a\n", 550),
        (b"a\rb\r\n", 550),
        ("ção\r\n".encode(), 250),
    ],
    ids=["998", "999", "LF", "CR", "eight bits"],
)
def test_a_line_of_a_text_has_998_bytes_and_ends_in_cr_lf(line: bytes, code: int) -> None:
    """A message that is refused is read to its end all the same: the next command is one."""
    said, office = talk(*OPEN, *HEAD, line, "fim", ".", "NOOP")
    assert [one[:3] for one in said[-2:]] == [str(code), "250"]
    assert len(office.mails) == int(code == 250)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"NOOP " + b"x" * (COMMAND_LIMIT - 7) + b"\r\n", 250),
        (b"NOOP " + b"x" * (COMMAND_LIMIT - 6) + b"\r\n", 500),
        (b"NOOP\n", 500),
    ],
    ids=["512", "513", "LF"],
)
def test_who_says_a_longer_line_or_ends_it_otherwise_is_left(line: bytes, code: int) -> None:
    assert codes(line, "NOOP") == ([250, 250] if code == 250 else [500])


@pytest.mark.parametrize("name", ["From", "To", "Subject", "Message-ID", "Date"])
@pytest.mark.parametrize("times", [0, 2])
def test_a_header_that_readers_need_is_there_once(name: str, times: int) -> None:
    head = [line for line in HEAD[:-1] for _ in range(times if line.startswith(f"{name}:") else 1)]
    said, office = talk(*OPEN, *head, "", "oi", ".")
    assert said[-1] == f"550 5.6.0 deve haver um de cada: {name}"
    assert (office.mails, office.refused) == ([], 1)


def test_a_message_with_defects_is_refused() -> None:
    said, _ = talk(*OPEN, *HEAD[:-1], "isto nao e cabecalho", "", "oi", ".")
    assert said[-1] == "550 5.6.0 a mensagem tem defeitos"


def test_a_message_that_breaks_off_is_none() -> None:
    assert talk(*OPEN, *HEAD, "oi")[1].mails == []


def test_who_says_nothing_for_long_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogue, "IDLE_SECONDS", 0.01)

    async def run() -> Any:
        await Dialogue(Office(), asyncio.StreamReader(), Wire()).run()  # type: ignore[arg-type]

    with pytest.raises(TimeoutError):
        asyncio.run(run())
