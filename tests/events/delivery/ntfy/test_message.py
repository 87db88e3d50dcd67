"""The message of an ntfy publish stays a message."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.delivery.kind import Message
from events.delivery.ntfy.message import publish


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
    assert "click" not in published({"link": "https://x.y/\x01"})


def test_what_cannot_be_cut_leaves_room_for_the_message() -> None:
    tags, titulo, link = ["😀" * 64] * 10, '"' * 250, "https://" + "\x01" * 992
    assert published({"mensagem": "x" * 5000, "titulo": titulo, "tags": tags, "link": link, "sequence_id": "x" * 64})


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
