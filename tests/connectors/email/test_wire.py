"""The dialogue with a server: answers of a bounded length, credentials in UTF-8, messages as they are."""

import smtplib
import socket
from base64 import b64decode
from collections.abc import Iterator

import pytest

from connectors.email.wire import ANSWER_LIMIT, BROKEN, LINE_LIMIT, Answer, Wire, answer_of


class Line:
    """A dialogue whose other side is the test: what is said first is read by our side in its order."""

    def __init__(self) -> None:
        ours, self.theirs = socket.socketpair()
        self.wire = Wire("mx.exemplo.com.br", "nos.exemplo.com.br")
        self.wire.sock = ours

    def says(self, *answers: str | bytes) -> None:
        for answer in answers:
            self.theirs.sendall(answer if isinstance(answer, bytes) else f"{answer}\r\n".encode())

    def heard(self) -> list[str]:
        """Return the lines that our side sent until now."""
        self.wire.sock.shutdown(socket.SHUT_WR)  # type: ignore[union-attr]
        with self.theirs.makefile("rb") as sent:
            return sent.read().decode().splitlines()

    def close(self) -> None:
        self.wire.close()
        self.theirs.close()


@pytest.fixture
def line() -> Iterator[Line]:
    made = Line()
    yield made
    made.close()


@pytest.mark.parametrize(
    ("raw", "answer"),
    [
        (b"250 OK\r\n", Answer(250, "OK")),
        (b"250\r\n", Answer(250, "")),
        (b"250 OK\n", Answer(250, "OK")),
        (b"250-mx\r\n250-SIZE 10\r\n250 AUTH PLAIN\r\n", Answer(250, "mx\nSIZE 10\nAUTH PLAIN")),
        (b"550 n\xe3o\r\n", Answer(550, "não")),
        (b"550 n\xc3\xa3o\r\n", Answer(550, "não")),
        (b"HTTP/1.1 400 Bad Request\r\n", Answer(BROKEN, "HTTP/1.1 400 Bad Request")),
        (b"\r\n", Answer(BROKEN, "")),
        (b"250-mx\r\nnada\r\n", Answer(BROKEN, "nada")),
        (b"25\xb2 OK\r\n", Answer(BROKEN, "25² OK")),
    ],
)
def test_one_answer_is_read_and_what_is_none_is_said_to_be_broken(line: Line, raw: bytes, answer: Answer) -> None:
    line.says(raw, "221 depois")
    assert line.wire.heard() == answer


def test_answers_are_read_one_by_one(line: Line) -> None:
    line.says("250-a", "250 b", "354 c")
    assert [line.wire.heard().text, line.wire.heard().text] == ["a\nb", "c"]


@pytest.mark.parametrize("said", [b"", b"250-mx\r\n"])
def test_an_answer_that_ends_with_the_connection_is_none(line: Line, said: bytes) -> None:
    line.says(said)
    line.theirs.shutdown(socket.SHUT_WR)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        line.wire.heard()


def test_half_a_line_is_no_answer(line: Line) -> None:
    line.says(b"250 O")
    line.theirs.shutdown(socket.SHUT_WR)
    assert line.wire.heard() == Answer(BROKEN, "250 O")


def test_who_writes_without_end_is_read_to_a_limit() -> None:
    """Of one line, and of all lines of an answer."""
    endless = Line()
    endless.says(b"250 " + b"x" * LINE_LIMIT)
    found = endless.wire.heard()
    assert (found.code, len(found.text)) == (BROKEN, LINE_LIMIT)
    endless.close()
    many = Line()
    text = b"250-" + b"x" * 4000 + b"\r\n"
    many.wire.file = _File(text * (ANSWER_LIMIT // len(text) + 1))  # type: ignore[assignment]
    assert many.wire.heard().code == BROKEN
    many.close()


class _File:
    """Lines that were received already: more of them than a socket holds at once."""

    def __init__(self, raw: bytes) -> None:
        self._lines = iter(raw.splitlines(keepends=True))

    def readline(self, _limit: int) -> bytes:
        return next(self._lines, b"")

    def close(self) -> None:
        """Have nothing to close."""


@pytest.mark.parametrize(
    ("code", "good"), [(199, False), (200, True), (250, True), (299, True), (300, False), (-1, False)]
)
def test_only_the_two_hundreds_did_what_was_asked(code: int, good: bool) -> None:
    assert Answer(code, "").good is good


@pytest.mark.parametrize(
    ("code", "text", "enhanced"),
    [
        (550, "5.1.1 nobody", "5.1.1"),
        (550, "mx\n5.7.26 spam", "5.7.26"),
        (550, "5.1.1234 nobody", ""),
        (550, "nobody", ""),
        (550, "4.7.1 odd", ""),
        (451, "4.7.1 later", "4.7.1"),
        (250, "2.0.0 OK", "2.0.0"),
        (BROKEN, "5.1.1", ""),
    ],
)
def test_an_enhanced_status_is_of_the_class_of_its_code(code: int, text: str, enhanced: str) -> None:
    assert Answer(code, text).enhanced == enhanced


def test_a_text_in_no_encoding_that_we_know_is_read_all_the_same() -> None:
    assert answer_of(550, b"caf\xe9 \xff").text == "café ÿ"


@pytest.mark.parametrize(("code", "hello"), [(250, 0), (500, 1), (502, 1), (550, 0), (421, 0)])
def test_a_server_too_old_for_the_greeting_hears_the_older_one(line: Line, code: int, hello: int) -> None:
    line.says(f"{code} um", "250 dois")
    assert line.wire.greeted().code == (250 if hello else code)
    own = "nos.exemplo.com.br"
    assert [said.upper() for said in line.heard()] == [f"EHLO {own}".upper(), f"HELO {own}".upper()][: 1 + hello]


def offers(line: Line, *ways: str) -> None:
    line.says("250-mx", *(f"250-{way}" for way in ways), "250 SIZE 100")
    line.wire.greeted()


def credentials(said: str) -> str:
    return b64decode(said).decode()


def test_a_user_and_a_password_go_at_once_where_the_server_takes_them_so(line: Line) -> None:
    offers(line, "AUTH LOGIN PLAIN")
    line.says("235 OK")
    assert line.wire.log_in("joão", "segrêdo") == Answer(235, "OK")
    assert credentials(line.heard()[1].removeprefix("AUTH PLAIN ")) == "\0joão\0segrêdo"


def test_a_user_and_a_password_go_one_after_the_other_where_it_asks_for_each(line: Line) -> None:
    offers(line, "AUTH login")
    line.says("334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6", "235 OK")
    assert line.wire.log_in("joão", "segrêdo") == Answer(235, "OK")
    asked, *said = line.heard()[1:]
    assert (asked, [credentials(one) for one in said]) == ("AUTH LOGIN", ["joão", "segrêdo"])


@pytest.mark.parametrize(
    ("answers", "said"), [(["535 não"], 0), (["334 VXNlcm5hbWU6", "535 não"], 1)], ids=["at once", "after the user"]
)
def test_a_server_that_refuses_hears_nothing_more(line: Line, answers: list[str], said: int) -> None:
    offers(line, "AUTH LOGIN")
    line.says(*answers)
    assert line.wire.log_in("u", "segredo") == Answer(535, "não")
    assert len(line.heard()) == 2 + said


@pytest.mark.parametrize("ways", [(), ("AUTH",), ("AUTH CRAM-MD5 XOAUTH2",)])
def test_a_server_that_knows_no_way_of_ours_hears_no_password(line: Line, ways: tuple[str, ...]) -> None:
    offers(line, *ways)
    assert line.wire.log_in("u", "segredo") is None
    assert len(line.heard()) == 1


@pytest.mark.parametrize(
    ("raw", "sent"),
    [
        (b"a\r\n", b"a\r\n.\r\n"),
        (b"a", b"a\r\n.\r\n"),
        (b"", b"\r\n.\r\n"),
        (b".\r\na\r\n", b"..\r\na\r\n.\r\n"),
        (b"a\r\n.b\r\n..c\r\nd.\r\n", b"a\r\n..b\r\n...c\r\nd.\r\n.\r\n"),
        (b"\xc3\xa9\r\n", b"\xc3\xa9\r\n.\r\n"),
    ],
)
def test_a_message_goes_as_it_is_but_for_points_that_would_end_it(line: Line, raw: bytes, sent: bytes) -> None:
    line.wire.content(raw)
    assert line.theirs.recv(100) == sent


def test_a_connection_that_is_closed_takes_nothing() -> None:
    with pytest.raises(smtplib.SMTPServerDisconnected):
        Wire("mx.exemplo.com.br", "nos.exemplo.com.br").send(b"QUIT\r\n")
