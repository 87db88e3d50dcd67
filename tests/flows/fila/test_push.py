"""What an ntfy server is asked to publish of a row, to the letter."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from events.delivery.drain import drain
from flows.destinos.creating import NewDestination, create
from flows.fila import relay
from tests.flows.fila.conftest import Keeping, Queue

Configure = Callable[..., None]
pytestmark = pytest.mark.parametrize("vazia", ["sqlite"], indirect=True)
BODY = {
    "topic": "hsm_os",
    "title": "Ordem de Serviço",
    "message": "OS #1250 atualizada.",
    "priority": 3,
    "tags": ["info", "os"],
}
OFFICE = [{"column": "MENSAGEM", "value": "texto", "priority": 5, "tags": ["oficina", "a,b"], "title": "OS {id_os}"}]


@pytest.fixture
def server(loopback: None) -> Iterator[Keeping]:
    with Keeping() as running:
        yield running


def pushed(fila: Queue, server: Keeping) -> dict[str, Any]:
    new = NewDestination("ntfy", "os", server.url, ["ordem_servico_notificada"], topico="hsm_os")
    destino = create(new).destino.id
    fila.add(1250)
    relay.publish("padrao")
    drain(destino)
    (body,) = server.bodies
    assert len(server.messages("hsm_os")) == 1
    return body


def test_the_defaults_publish_five_keys_and_no_more(fila: Queue, server: Keeping) -> None:
    assert pushed(fila, server) == BODY


def test_a_rule_decides_title_priority_and_tags(fila: Queue, server: Keeping, configure: Configure) -> None:
    configure(fila__rules=json.dumps(OFFICE))
    changed = {"title": "OS 1250", "priority": 5, "tags": ["oficina", "a b"]}
    assert pushed(fila, server) == BODY | changed


def test_a_sequence_lets_a_repeat_replace_the_earlier_message(
    fila: Queue, server: Keeping, configure: Configure
) -> None:
    configure(fila__sequence="true")
    assert pushed(fila, server) == BODY | {"sequence_id": "fila-1"}
