"""`esteira eventos`, as it is typed."""

import json

import pytest
from support.deliveries import SECRET, fire, webhook
from support.typed import Run

from events.catalog import CATALOG
from sandbox.receiver import ReceiverServer


def test_an_event_fired_by_hand_is_delivered_without_broker_or_workers(run: Run, receiver: ReceiverServer) -> None:
    webhook(f"{receiver.url}/x")
    code, out, err = run("eventos", "disparar", "alerta_aberto", "--dados", '{"nome": "São João"}', "--json")
    told = json.loads(out)
    assert code == 0
    assert [row["estado"] for row in told["entregas"]] == ["entregue"]
    assert receiver.requests[0].webhook_id == told["id"]
    assert "registrado" in err


def test_with_fila_the_delivery_is_left_to_the_workers(run: Run, receiver: ReceiverServer) -> None:
    webhook(f"{receiver.url}/x")
    code, out, _ = run("eventos disparar alerta_aberto --dados {} --fila --json")
    assert code == 0
    assert json.loads(out)["entregas"][0]["estado"] == "pendente"
    assert not receiver.requests


def test_an_event_that_nobody_wants_is_recorded_and_said_to_be_so(run: Run) -> None:
    code, _, err = run("eventos disparar alerta_aberto --dados {}")
    assert (code, "Nenhum destino assina" in err) == (0, True)


def test_every_known_event_is_listed_with_its_fields(run: Run) -> None:
    found = {one["evento"]: one for one in json.loads(run("eventos listar --json")[1])}
    assert found.keys() == CATALOG.keys()
    assert "chave_acesso" in found["nfe_importada"]["campos"]
    assert "nfe_importada" in run("eventos listar")[1]


def test_what_happened_is_listed_in_pages(run: Run) -> None:
    ids = fire(3)
    code, out, err = run("eventos registrados --limite 2 --json")
    assert (code, [one["webhook_id"] for one in json.loads(out)]) == (0, ids[:0:-1])
    after = err.split("--depois ")[1].strip(" .\n")
    assert [one["webhook_id"] for one in json.loads(run(f"eventos registrados --depois {after} --json")[1])] == ids[:1]


@pytest.mark.parametrize(
    ("dados", "told"),
    [
        ("{", "--dados não é um JSON válido"),
        ("[]", "deve ser um objeto JSON"),
        ('{"a":NaN}', "--dados não é um JSON válido"),
        ("[" * 100_000, "--dados não é um JSON válido"),
    ],
)
def test_data_that_are_no_object_are_told(run: Run, dados: str, told: str) -> None:
    code, out, err = run("eventos", "disparar", "alerta_aberto", "--dados", dados)
    assert (code, out, told in err) == (2, "", True)


def test_a_secret_of_a_destination_is_not_said(run: Run, receiver: ReceiverServer) -> None:
    webhook(f"{receiver.url}/x", segredo=SECRET)
    assert SECRET not in "".join(map(str, run("eventos disparar alerta_aberto --dados {}")))
