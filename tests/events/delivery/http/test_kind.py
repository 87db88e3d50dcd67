"""A kind of one POST an event: what is kept of an answer tells no secret, and only what is known is no bug."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from core import loop
from events.delivery.http import outcomes
from events.delivery.http.exchange import Answer, Request
from events.delivery.http.kind import REFUSED_ADDRESS, HttpKind
from events.delivery.kind import Checked, Made, Message, Said
from events.delivery.outcome import DELIVERED, Outcome
from events.delivery.signing import BETWEEN
from sandbox.raw import RawServer
from sandbox.server import refused_address
from storage.models.destinos import Destino

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MESSAGE = Message("msg_1", "alerta_aberto", b"{}", 1)
LOGIN, BEFORE, HEADER = "esteira:palavra-9317", "palavra-de-antes-4416", "valor-do-cabecalho-5528"
OLDER = "palavra-mais-antiga-2207"


class Plain(HttpKind):
    """Posts the event, and finds odd what somebody says loudly."""

    tipo = "plain"

    def build(self, destino: Destino, message: Message, now: datetime) -> Request:
        return Request(destino.url, {}, message.corpo)

    def checked(self, said: Said) -> Checked:
        return Checked({"url": said.url})

    def doubt(self, answer: Answer) -> str | None:
        return "grita" if answer.body.isupper() else None


class Broken(Plain):
    """Has a bug in judging."""

    def judge(self, destino: Destino, answer: Answer, now: datetime) -> Outcome:
        raise KeyError("bug")


class Own(Plain):
    """Has a table of its own."""

    statuses = (*outcomes.rows(DELIVERED, *outcomes.exactly(418)), *outcomes.DEFAULT)


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Nothing stays open."""
    yield
    Plain().close()


def destino(url: str, **values: Any) -> Destino:
    return Destino(id=1, url=url, timeout=30.0, **values)


def answer(status: int, body: bytes = b"", *more: bytes) -> bytes:
    lines = (b"HTTP/1.1 %d X" % status, b"Content-Length: %d" % len(body), *more)
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def delivered(kind: HttpKind, said: bytes, **values: Any) -> Made:
    """Deliver to who says this."""
    with RawServer(said) as server:
        made = loop.run(kind.deliver(destino(f"{server.url}/x", **values), MESSAGE, NOW))
        kind.close()
        assert made.address == f"{server.host}:{server.port}"
    return made


@pytest.mark.parametrize(
    ("said", "outcome", "status", "kept"),
    [
        (answer(204), "entregue", 204, ""),
        (answer(200, b"ok"), "entregue", 200, "ok"),
        (answer(500, b"caiu"), "falhou", 500, "caiu"),
        (answer(410), "removido", 410, ""),
        (answer(302, b"", b"Location: /y"), "redirecionado", 302, ""),
    ],
)
def test_an_answer_is_judged_by_its_status_and_kept(
    loopback: None, said: bytes, outcome: str, status: int, kept: str
) -> None:
    made = delivered(Plain(), said)
    assert (made.outcome.name, made.status, made.response, made.started_at) == (outcome, status, kept, NOW)
    assert made.duration_ms >= 0


def test_a_wait_that_was_asked_for_is_told(loopback: None) -> None:
    assert delivered(Plain(), answer(503, b"", b"Retry-After: 7")).outcome.retry_after == 7.0


def test_a_kind_may_have_a_table_of_its_own(loopback: None) -> None:
    assert delivered(Own(), answer(418)).outcome == DELIVERED
    assert delivered(Plain(), answer(418)).outcome.name == "falhou"


@pytest.mark.parametrize(("status", "body", "doubt"), [(200, b"OK", "grita"), (200, b"ok", None), (500, b"CAIU", None)])
def test_only_a_success_is_doubted(loopback: None, status: int, body: bytes, doubt: str | None) -> None:
    assert delivered(Plain(), answer(status, body)).doubt == doubt


def test_a_server_that_repeats_what_it_was_sent_tells_nobody_a_secret(loopback: None) -> None:
    earlier = BETWEEN.join((BEFORE, OLDER))
    own = {"secret_key": LOGIN, "secret_anterior": earlier, "headers_customizados": json.dumps({"X-Loja": HEADER})}
    said = f"{LOGIN} | {LOGIN.partition(':')[2]} | {BEFORE} | {OLDER} | {HEADER} | o resto"
    kept = delivered(Plain(), answer(500, said.encode()), **own).response
    assert kept == "*** | *** | *** | *** | *** | o resto"


@pytest.mark.parametrize(
    "bad", ["http://127.0.0.1:9/x", "https://10.0.0.1/x", "https://[::1]/x"], ids=["loopback", "private", "ipv6"]
)
def test_an_address_that_is_not_allowed_is_known_before_and_never_asked(bad: str) -> None:
    made = loop.run(Plain().deliver(destino(bad), MESSAGE, NOW))
    assert (made.outcome, made.status, made.response, made.address) == (outcomes.BLOCKED, 0, None, None)
    assert Plain().blocked(destino(bad))
    assert Plain().warning(bad) == REFUSED_ADDRESS


def test_a_name_waits_for_the_attempt(loopback: None) -> None:
    for url in ("https://exemplo.com/x", "http://127.0.0.1:8080/x"):
        assert not Plain().blocked(destino(url))
        assert Plain().warning(url) is None


def test_nobody_there_is_a_failure_and_a_bug_is_raised(loopback: None) -> None:
    with refused_address() as nowhere:
        made = loop.run(Plain().deliver(destino(f"{nowhere}/x"), MESSAGE, NOW))
    assert (made.outcome, made.status) == (outcomes.UNREACHABLE, 0)
    with RawServer(answer(200)) as server, pytest.raises(KeyError):
        loop.run(Broken().deliver(destino(f"{server.url}/x"), MESSAGE, NOW))
