"""The set every connector passes against a misbehaving server.

A connector's `test_standard.py` holds a class that inherits from `Standard` and says how the connector is called:

    class TestQuestor(Standard):
        content = [{"Key": "…", "Success": True}]        # a good answer: JSON, or bytes as they are

        def call(self, url: str, seconds: float) -> object: …  # one call; the answer, or a PlatformError
        def understood(self, answer: object) -> bool: …        # whether this is what `content` says
"""

import contextlib
import gc
import gzip
import json
import logging
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import pytest

from core.errors import Bug, PlatformError, Transient
from sandbox import faults
from sandbox.anything import AnythingServer
from sandbox.faults import MIB, Fault
from sandbox.raw import RawServer
from sandbox.server import refused_address

SHORT = 1.0
PATIENT = 60.0
# Beyond its deadline a call may take this long, on a busy machine.
SLACK = 30.0
OK = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
LONG = "X-Comprido: " + "x" * 60_000 + "\r\n"
WRONG = ("", "null", "true", "12", '"texto"', "[]", "{}", "[null]", '[["a"]]', '{"value": "texto"}', "[" * 60_000)
STATUSES = (204, 300, 304, 400, 401, 402, 403, 404, 405, 407, 408, 409, 410, 413, 418, 422, 425, 429, 451)
BROKEN = (500, 501, 502, 503, 504, 505, 507, 520, 599, 600, 999)


@contextlib.contextmanager
def nothing_collected() -> Iterator[None]:
    """Let no garbage of other tests end while a parser is at its deepest: no finaliser could be called there."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@dataclass(frozen=True)
class End:
    """What a call came to: an answer, or a fault, and how long it took."""

    answer: object
    fault: PlatformError | None
    seconds: float


class Standard:
    """Inherit from it; see above.

    `secret` is what the connector must never show; `writes` says that a lost answer may have been stored, `inflates`
    that a packed answer is understood.
    """

    content: ClassVar[object]
    secret: ClassVar[str] = ""
    writes: ClassVar[bool] = False
    inflates: ClassVar[bool] = True

    def call(self, url: str, seconds: float) -> object:
        """Make one call to the server at this root address, with this deadline."""
        raise NotImplementedError

    def understood(self, answer: object) -> bool:
        """Tell whether the answer is what `content` says."""
        raise NotImplementedError

    @pytest.fixture
    def server(self) -> Iterator[AnythingServer]:
        with AnythingServer(self.content) as running:
            yield running

    def end(self, url: str, seconds: float = PATIENT) -> End:
        """Make one call; whatever is raised is a fault with one good sentence, and shows nothing it must not show."""
        began = time.monotonic()
        try:
            answer = self.call(url, seconds)
        except PlatformError as error:
            self.is_well_told(error)
            return End(None, error, time.monotonic() - began)
        self.shows_no_secret(repr(answer))
        return End(answer, None, time.monotonic() - began)

    def is_well_told(self, error: PlatformError) -> None:
        said = str(error)
        assert not isinstance(error, Bug)
        assert said.isprintable()
        assert said.endswith(".")
        for inner in ("Error", "Exception", "Traceback", "object at 0x", "aiohttp", "urllib3", "[Errno", "None"):
            assert inner not in said
        shown = "".join(traceback.format_exception(error))
        assert "During handling" not in shown
        assert "direct cause" not in shown
        self.shows_no_secret(shown + repr(error) + repr(vars(error)) + repr(error.__context__) * bool(self.secret))

    def shows_no_secret(self, text: str) -> None:
        if self.secret:
            assert self.secret not in text
            assert self.secret.encode().hex() not in text

    def fails(self, url: str, seconds: float = PATIENT) -> PlatformError | None:
        """Make one call that must not count as a success; return its fault, if it was told by one."""
        end = self.end(url, seconds)
        assert end.fault or not self.understood(end.answer)
        assert end.seconds < seconds + SLACK
        return end.fault

    def test_a_good_answer_is_understood(self, server: AnythingServer) -> None:
        assert self.understood(self.end(server.url).answer)

    def test_nobody_there_is_no_connection_and_nothing_stored(self) -> None:
        with refused_address() as nowhere:
            fault = self.fails(nowhere)
        assert isinstance(fault, Transient)
        assert not getattr(fault, "may_be_stored", False)

    def test_an_address_that_is_none_is_told(self) -> None:
        fault = self.fails("http://nome-que-nao-existe.invalid:81")
        assert fault is not None
        assert not getattr(fault, "may_be_stored", False)

    def test_a_reset_before_the_request_is_read(self) -> None:
        with RawServer(resets=True) as server:
            assert isinstance(self.fails(server.url), Transient)

    @pytest.mark.parametrize(
        "fault",
        [faults.reset(), faults.after(faults.reset()), faults.close_early(b""), faults.close_early(), faults.garbage()],
        ids=["reset", "reset after the work", "closed", "closed in the body", "no HTTP"],
    )
    def test_an_answer_that_is_cut_may_have_been_stored(self, server: AnythingServer, fault: Fault) -> None:
        server.faults.always(fault)
        found = self.fails(server.url)
        assert isinstance(found, Transient)
        assert not self.writes or getattr(found, "may_be_stored", False)

    @pytest.mark.parametrize(
        "fault",
        [faults.silent(), faults.slow(60), faults.drip(), faults.drip(every_ms=300), faults.drip_head()],
        ids=["silent", "slow", "drip", "slow drip", "drip in the head"],
    )
    def test_the_deadline_is_for_the_whole_call(self, server: AnythingServer, fault: Fault) -> None:
        server.faults.always(fault)
        found = self.fails(server.url, SHORT)
        assert isinstance(found, Transient)
        assert not self.writes or getattr(found, "may_be_stored", False)

    @pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
    def test_a_redirect_is_not_followed(self, server: AnythingServer, code: int) -> None:
        with AnythingServer(self.content) as other:
            server.faults.always(faults.redirect(f"{other.url}/{self.secret}", code))
            assert self.fails(server.url) is not None
            assert other.requests == []

    def test_a_page_is_no_answer(self, server: AnythingServer) -> None:
        server.faults.always(faults.html())
        self.fails(server.url)

    @pytest.mark.parametrize("declared", [True, False])
    def test_an_answer_of_5_mib_is_not_read_to_its_end(self, server: AnythingServer, *, declared: bool) -> None:
        server.faults.always(faults.huge(5 * MIB, declared=declared))
        self.fails(server.url)

    def test_an_endless_answer_costs_little(self, server: AnythingServer) -> None:
        server.faults.always(faults.huge(500 * MIB, declared=False))
        assert self.end(server.url).seconds < SLACK

    def test_a_packed_answer_is_understood_and_a_bomb_is_not_inflated(self, server: AnythingServer) -> None:
        packed = gzip.compress(self.content_bytes())
        server.faults.always(faults.status(200, packed, {"Content-Encoding": "gzip"}))
        assert self.understood(self.end(server.url).answer) is self.inflates
        server.faults.always(faults.bomb(200 * MIB))
        self.fails(server.url)

    @pytest.mark.parametrize("text", WRONG, ids=lambda text: text[:12] or "empty")
    def test_json_of_another_shape_is_no_success(self, server: AnythingServer, text: str) -> None:
        server.faults.always(faults.status(200, text))
        with nothing_collected():
            self.fails(server.url)

    def test_an_answer_cut_by_its_own_end_is_no_success(self, server: AnythingServer) -> None:
        whole = self.content_bytes()
        for end in {1, len(whole) // 2, len(whole) - 1}:
            server.faults.always(faults.status(200, whole[:end]))
            self.fails(server.url)

    @pytest.mark.parametrize("bad", [b"\xff\xfe", b"\x00" * 100, b"\xef\xbb\xbf"], ids=["UTF-16", "NUL", "BOM"])
    def test_bytes_that_are_no_text_are_no_success(self, server: AnythingServer, bad: bytes) -> None:
        server.faults.always(faults.status(200, bad))
        self.fails(server.url)

    @pytest.mark.parametrize("code", [*STATUSES, *BROKEN])
    def test_a_status_that_is_no_success_is_a_fault(self, server: AnythingServer, code: int) -> None:
        server.faults.always(faults.status(code, self.content_bytes()))
        fault = self.fails(server.url)
        assert fault is not None
        assert getattr(fault, "status", code) == code

    @pytest.mark.parametrize(
        ("value", "least", "most"),
        [("7", 7, 7), ("1.5", 1.5, 1.5), ("Fri, 31 Dec 2100 23:59:59 GMT", 3600, 86_400), ("já", None, None)],
    )
    def test_who_asks_to_wait_is_heard(
        self, server: AnythingServer, value: str, least: float | None, most: float | None
    ) -> None:
        headers = {"Retry-After": value} if value.isascii() else None
        server.faults.always(faults.status(429, "", headers))
        fault = self.fails(server.url)
        assert isinstance(fault, Transient)
        asked = getattr(fault, "retry_after", None)
        assert asked == least if least is None or most is None else least <= asked <= most

    def content_bytes(self) -> bytes:
        return self.content if isinstance(self.content, bytes) else json.dumps(self.content).encode()

    def answers(self) -> dict[str, bytes]:
        """Return good answers of servers that write HTTP in their own way."""
        body = self.content_bytes()
        sized = f"{OK}Content-Length: {len(body)}\r\n".encode()
        chunk = b"%x\r\n%b\r\n" % (len(body), body)
        return {
            "plain": sized + b"\r\n" + body,
            "long headers": sized + LONG.encode() + b"\r\n" + body,
            "many headers": sized + b"".join(b"X-%d: %d\r\n" % (n, n) for n in range(500)) + b"\r\n" + body,
            "bytes after the end": sized + b"\r\n" + body + b"\r\n\r\nmais alguma coisa",
            "a second answer": sized + b"\r\n" + body + b"HTTP/1.1 500 NO\r\nContent-Length: 0\r\n\r\n",
            "a hint before": b"HTTP/1.1 103 Early Hints\r\n\r\n" + sized + b"\r\n" + body,
            "chunks": f"{OK}Transfer-Encoding: chunked\r\n\r\n".encode() + chunk + b"0\r\n\r\n",
            "a bad chunk at the end": f"{OK}Transfer-Encoding: chunked\r\n\r\n".encode() + chunk + b"zz\r\n",
            "no length": f"{OK}Connection: close\r\n\r\n".encode() + body,
        }

    @pytest.mark.parametrize("piece", [None, 1], ids=["one segment", "byte by byte"])
    @pytest.mark.parametrize(
        "name",
        [
            *("plain", "long headers", "many headers", "bytes after the end", "a second answer", "a hint before"),
            *("chunks", "a bad chunk at the end", "no length"),
        ],
    )
    def test_a_good_answer_counts_however_it_is_written(self, name: str, piece: int | None) -> None:
        with RawServer(self.answers()[name], piece=piece, closes=True) as server:
            end = self.end(server.url)
            assert end.fault is None
            assert self.understood(end.answer)
            assert len(server.requests) == 1

    @pytest.mark.parametrize("piece", [None, 1], ids=["one segment", "byte by byte"])
    @pytest.mark.parametrize("code", [400, 401, 403, 500, 503])
    def test_a_refusal_with_long_headers_keeps_its_status(self, code: int, piece: int | None) -> None:
        head = f"HTTP/1.1 {code} {'n' * 20_000}\r\n{LONG}Connection: close\r\nContent-Length: 3\r\n\r\n".encode()
        with RawServer(head + b"na\xff mais", piece=piece, closes=True) as server:
            fault = self.fails(server.url)
        assert getattr(fault, "status", code) == code

    @pytest.mark.parametrize("code", [200, 204, 302, 400, 401, 403, 404, 429, 500, 503])
    def test_a_secret_that_the_server_repeats_is_not_shown(
        self, server: AnythingServer, caplog: pytest.LogCaptureFixture, code: int
    ) -> None:
        said = f"{self.secret} {self.secret.encode().hex()}"
        body = json.dumps({"message": said, "error": {"message": said}, "Erros": [said], "retorno": said})
        headers = {"MsgErro": said, "X-Motivo": said, "Location": f"http://127.0.0.1:1/{self.secret}"}
        server.faults.always(faults.status(code, body, headers))
        with caplog.at_level(logging.DEBUG):
            self.fails(server.url)
        self.shows_no_secret(caplog.text)

    def test_no_secret_is_logged_whatever_happens(
        self, server: AnythingServer, caplog: pytest.LogCaptureFixture
    ) -> None:
        server.faults.queue(faults.usual, faults.reset(), faults.garbage(), faults.html(), faults.html(502))
        with caplog.at_level(logging.DEBUG):
            for _ in range(5):
                self.end(server.url)
        self.shows_no_secret(caplog.text)
        assert [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING] == []

    def test_the_environment_s_proxy_is_not_used(self, server: AnythingServer, monkeypatch: pytest.MonkeyPatch) -> None:
        with refused_address() as nowhere:
            for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
                monkeypatch.setenv(name, nowhere)
            for name in ("NO_PROXY", "no_proxy"):
                monkeypatch.delenv(name, raising=False)
            assert self.understood(self.end(server.url).answer)

    def test_a_cookie_is_not_kept(self, server: AnythingServer) -> None:
        cookie = {"Set-Cookie": "sessao=1; Path=/"}
        server.faults.always(faults.status(200, self.content_bytes(), cookie))
        for _ in range(2):
            self.end(server.url)
        assert [one.headers.get("Cookie") for one in server.requests] == [None] * len(server.requests)
