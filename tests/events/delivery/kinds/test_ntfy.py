import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from conftest import Configure
from hypothesis import given
from hypothesis import strategies as st
from support.deliveries import attempts, change, deliveries, destination, fire, make_due, only, webhook
from support.deliveries import ntfy as destino_ntfy

from core.clock import SYSTEM, FixedClock
from events.delivery.drain import drain
from events.delivery.kind import Message
from events.delivery.ntfy.message import publish
from flows.destinos.trying import try_out
from sandbox import faults
from sandbox.ntfy import NtfyServer
from storage.models.eventos import Estado


def published(dados: dict[str, object], evento: str = "alerta_aberto") -> dict[str, object]:
    corpo = json.dumps({"evento": evento, "dados": dados}, ensure_ascii=False).encode("utf-8", "replace")
    raw = publish("caixas", Message("msg_1", evento, corpo, 1))
    assert len(raw) <= 8191
    loaded: dict[str, object] = json.loads(raw)
    return loaded


def test_an_alert_has_title_message_priority_and_tags() -> None:
    dados = {"objeto": "loja-1", "mensagem": "O relógio está errado.", "severidade": "critico", "link": "https://x.y/"}
    assert published(dados) == {
        "topic": "caixas",
        "title": "Alerta aberto: loja-1",
        "message": "O relógio está errado.",
        "priority": 5,
        "tags": ["rotating_light"],
        "click": "https://x.y/",
    }


@pytest.mark.parametrize(
    ("dados", "priority"),
    [({}, 3), ({"severidade": "aviso"}, 4), ({"prioridade": 1}, 1), ({"prioridade": 9}, 3), ({"prioridade": True}, 3)],
)
def test_priority_comes_from_the_event_or_its_severity(dados: dict[str, object], priority: int) -> None:
    assert published(dados)["priority"] == priority


def test_any_object_becomes_readable_lines() -> None:
    assert (
        published({"os": 12, "local": "Pátio", "itens": [1, "é"]})["message"] == 'os: 12\nlocal: Pátio\nitens: [1, "é"]'
    )
    assert published({})["message"] == "Alerta aberto"


def test_an_event_that_the_catalogue_knows_no_more_is_told_by_its_name() -> None:
    told = published({"mensagem": "x"}, "evento_antigo")
    assert (told["title"], told["tags"]) == ("evento_antigo", [])


def test_only_web_addresses_become_a_click() -> None:
    assert "click" not in published({"link": "javascript:alert(1)"})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.dictionaries(st.text(), JSON) | st.fixed_dictionaries({"mensagem": st.text(min_size=1), "titulo": st.text()}))
def test_whatever_is_sent_stays_a_message(dados: dict[str, object]) -> None:
    body = published(dados)
    assert 0 < len(str(body["message"]).encode()) < 4096
    assert len(str(body["title"]).encode()) <= 250


@pytest.mark.parametrize("text", ["ç" * 4000, '"\\\n' * 3000, "😀" * 3000, "x" * 4096, "\x01a" * 5000])
def test_long_texts_are_cut_between_characters(text: str) -> None:
    message = str(published({"mensagem": text})["message"])
    assert len(message.encode()) < 4096
    assert message.endswith("…")


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
    destino = destino_ntfy(server.url, segredo="tk_errado")
    fire(40)
    drain(destino)
    assert [attempt.status_code for attempt in attempts()] == [status]
    assert destination(destino).desligado_em is None if status == 429 else destination(destino).desligado_em
    drain(destino)
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
