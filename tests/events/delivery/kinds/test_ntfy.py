import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from conftest import Configure
from hypothesis import given
from hypothesis import strategies as st
from support.deliveries import attempts, deliveries, destination, fire, only, webhook
from support.deliveries import ntfy as destino_ntfy

from core.clock import SYSTEM, FixedClock
from events.delivery.drain import drain
from events.delivery.kind import Message
from events.delivery.kinds import ntfy
from sandbox.ntfy import NtfyServer
from storage.models.eventos import Estado


def published(dados: dict[str, object], evento: str = "alerta_aberto") -> dict[str, object]:
    corpo = json.dumps({"evento": evento, "dados": dados}, ensure_ascii=False).encode("utf-8", "replace")
    raw = ntfy.publish("caixas", Message("msg_1", evento, corpo, 1))
    assert len(raw) <= 8192
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
