import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from conftest import Configure
from support.deliveries import attempts, change, deliveries, destination, fire, make_due, only, webhook
from support.deliveries import ntfy as destino_ntfy

from core.clock import SYSTEM, FixedClock
from events.delivery.drain import drain
from flows.destinos.trying import try_out
from sandbox import faults
from sandbox.ntfy import NtfyServer
from sandbox.raw import RawServer
from storage.models.eventos import Estado


@pytest.fixture
def server(loopback: None) -> Iterator[NtfyServer]:
    with NtfyServer(burst=1000) as running:
        yield running


def test_an_event_reaches_the_phone(banco: str, server: NtfyServer) -> None:
    destino = destino_ntfy(server.url)
    fire(mensagem="ç" * 4000, objeto="loja-1")
    drain(destino)
    assert only().estado == Estado.ENTREGUE
    (message,) = server.messages("caixas")
    assert "attachment" not in message
    assert str(message["message"]).endswith("…")


def test_a_burst_is_metered_and_the_rest_waits_without_using_attempts(banco: str, server: NtfyServer) -> None:
    destino, clock = destino_ntfy(server.url), FixedClock(SYSTEM.now() + timedelta(seconds=1))
    fire(70)
    drain(destino, clock)
    waiting = [row for row in deliveries() if row.estado == Estado.PENDENTE]
    assert len(waiting) == 10
    assert [(row.tentativas, row.last_error) for row in waiting] == [(0, None)] * 10
    assert destination(destino).due_at == clock.now() + timedelta(seconds=5)
    assert drain(destino, clock).ocupado
    clock.advance(5)
    drain(destino, clock)
    assert sum(row.estado == Estado.ENTREGUE for row in deliveries()) == 61
    assert {attempt.status_code for attempt in attempts()} == {200}


def test_two_topics_of_one_server_share_its_bucket(sqlite: str, server: NtfyServer, configure: Configure) -> None:
    configure(deliveries__ntfy_burst="5")
    clock = FixedClock(SYSTEM.now() + timedelta(seconds=1))
    destinos = [destino_ntfy(server.url, "um"), destino_ntfy(server.url, "dois")]
    fire(4)
    for destino in destinos:
        drain(destino, clock)
    assert sum(row.estado == Estado.ENTREGUE for row in deliveries()) == 5


def test_other_destinations_are_not_metered(sqlite: str, server: NtfyServer) -> None:
    destino = webhook(f"{server.url}/x")
    fire(3)
    assert drain(destino).feitas == 3


def test_a_limit_of_its_own_counts_beside_the_server_s(sqlite: str, server: NtfyServer) -> None:
    destino, clock = destino_ntfy(server.url), FixedClock(SYSTEM.now() + timedelta(seconds=1))
    change(destino, por_minuto=6)
    fire(10)
    assert drain(destino, clock).feitas == 6
    assert destination(destino).due_at == clock.now() + timedelta(seconds=10)


def test_a_server_is_host_and_port(sqlite: str, server: NtfyServer, configure: Configure) -> None:
    configure(deliveries__ntfy_burst="2")
    with NtfyServer(burst=1000) as other:
        destinos = [destino_ntfy(server.url), destino_ntfy(other.url, nome="outro")]
        fire(2)
        for destino in destinos:
            drain(destino)
        assert {row.estado for row in deliveries()} == {Estado.ENTREGUE}


LOGIN = faults.html()
ID = '{"id":"abcdefghijkl","time":1,"event":"message","topic":"caixas"'
NOT_PUBLISHED = {
    "a login page": LOGIN,
    "another service's JSON": faults.status(200, '{"ok":true}'),
    "no message id": faults.status(200, '{"id":"","topic":"caixas"}'),
    "another topic": faults.status(200, ID.replace("caixas", "outro") + "}"),
    "a list": faults.status(200, f"[{ID}}}]"),
    "nothing": faults.status(204),
    "too deep": faults.status(200, "[" * 10_000),
}


@pytest.mark.parametrize("fault", NOT_PUBLISHED.values(), ids=NOT_PUBLISHED)
def test_only_the_server_s_own_word_is_a_success(sqlite: str, server: NtfyServer, fault: faults.Fault) -> None:
    destino = destino_ntfy(server.url)
    server.faults.always(fault)
    fire()
    drain(destino)
    assert (only().estado, only().tentativas) == (Estado.PENDENTE, 1)
    assert "mas não é a resposta de um servidor ntfy" in str(only().last_error)
    tested = try_out(str(destino))
    assert (tested.sucesso, tested.erro) == (False, attempts()[0].error)


PUBLISHED = {
    "a new line after it": (ID + "}\n").encode(),
    "spaces": json.dumps(json.loads(ID + "}"), indent=2).encode(),
    "markup that grows on the way": (ID + ',"message":"' + "\\u003c" * 4000 + '"}').encode(),
}


@pytest.mark.parametrize("body", PUBLISHED.values(), ids=PUBLISHED)
def test_an_answer_with_the_id_under_the_topic_is_a_success(sqlite: str, server: NtfyServer, body: bytes) -> None:
    destino = destino_ntfy(server.url)
    server.faults.always(faults.status(200, body))
    fire()
    drain(destino)
    assert only().estado == Estado.ENTREGUE
    assert '"abcdefghijkl"' in str(attempts()[0].response)


@pytest.mark.parametrize(("sent", "delivered"), [(ID + ',"message":"ol', True), ('{"id":"abc', False)])
def test_what_came_before_the_connection_broke_may_prove_it(
    sqlite: str, server: NtfyServer, sent: str, delivered: bool
) -> None:
    destino = destino_ntfy(server.url)
    server.faults.always(faults.close_early(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + sent.encode()))
    fire()
    drain(destino)
    assert (only().estado == Estado.ENTREGUE) is delivered
    assert only().last_error == (None if delivered else "a conexão foi encerrada antes da resposta")


@pytest.mark.parametrize("status", [400, 500])
def test_a_code_that_no_ntfy_has_is_somebody_else_s(banco: str, server: NtfyServer, status: int) -> None:
    server.faults.always(faults.status(status, f'{{"http":{status},"code":{"9" * 3000}}}'))
    destino = destino_ntfy(server.url)
    fire()
    drain(destino)
    assert (only().estado, only().tentativas, only().lease_token) == (Estado.PENDENTE, 1, None)
    assert str(only().last_error).startswith(f"respondeu HTTP {status}")


@pytest.mark.parametrize("status", [400, 404, 413])
def test_a_refusal_for_good_is_ntfy_s_own(sqlite: str, server: NtfyServer, status: int) -> None:
    own = {"code": status * 100 + 1, "http": status, "error": "no"}
    server.faults.queue(faults.html(status), faults.status(status, json.dumps(own)))
    destino = destino_ntfy(server.url)
    fire()
    drain(destino)
    assert only().estado == Estado.PENDENTE
    make_due()
    drain(destino)
    assert (only().estado, only().last_error) == (
        Estado.ESGOTADO,
        f"respondeu HTTP {status} (ntfy {status * 100 + 1})",
    )


@pytest.mark.parametrize("status", [401, 403, 429])
def test_the_first_refusal_ends_the_run(banco: str, server: NtfyServer, status: int) -> None:
    """Thirty wrong credentials lock an address out, and with it every good destination of this machine."""
    own = json.dumps({"code": status * 100 + 1, "http": status, "error": "no"})
    server.faults.always(faults.status(status, own))
    destino, clock = destino_ntfy(server.url, segredo="tk_errado"), FixedClock(SYSTEM.now() + timedelta(seconds=1))
    fire(40)
    drain(destino, clock)
    assert [attempt.status_code for attempt in attempts()] == [status]
    assert destination(destino).desligado_em is None if status == 429 else destination(destino).desligado_em
    drain(destino, clock)
    assert len(attempts()) == 1


def test_a_used_up_day_is_over_at_midnight(sqlite: str, server: NtfyServer) -> None:
    own = {"code": 42908, "http": 429, "error": "limit reached: daily message quota reached"}
    server.faults.queue(faults.status(429, json.dumps(own)))
    clock = FixedClock(datetime(2026, 3, 2, 20, tzinfo=UTC))
    destino = destino_ntfy(server.url)
    fire()
    change(destino, due_at=clock.now())
    make_due(clock)
    drain(destino, clock)
    waits = only().due_at - clock.now()
    assert timedelta(hours=4) <= waits <= timedelta(hours=4 * 1.2)


JSON_ANSWER = ID.encode() + b"}"
LONG_HEADER = b"X: " + b"x" * 60_000 + b"\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
ODD = {
    "a long header": LONG_HEADER + b"Content-Length: %d\r\n\r\n" % len(JSON_ANSWER) + JSON_ANSWER,
    "bytes after the end": b"Content-Length: %d\r\n\r\n" % len(JSON_ANSWER) + JSON_ANSWER + b"e mais",
    "a bad chunk after it": CHUNKED + b"%x\r\n" % len(JSON_ANSWER) + JSON_ANSWER + b"\r\nzz\r\n",
}


@pytest.mark.parametrize("piece", [None, 1], ids=["one segment", "byte by byte"])
@pytest.mark.parametrize("rest", ODD.values(), ids=ODD)
def test_the_proof_counts_however_the_answer_is_written(
    sqlite: str, loopback: None, rest: bytes, piece: int | None
) -> None:
    with RawServer(b"HTTP/1.1 200 OK\r\n" + rest, piece=piece, closes=True) as raw:
        destino = destino_ntfy(raw.url)
        fire()
        drain(destino)
        assert (only().estado, only().last_error) == (Estado.ENTREGUE, None)
