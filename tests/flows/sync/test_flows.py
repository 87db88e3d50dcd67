"""Each of the four flows: what goes, what does not, once."""

import pytest

from core.settings.sync import CLIENTES_MP, CLIENTES_PM
from flows.sync.ledger.item import Situacao
from sandbox.faults import after, status
from tests.flows.sync.conftest import OTHER, TAG, World


def test_a_contact_becomes_a_client_once(world: World) -> None:
    contact = world.contact()
    report = world.run("clientes-pm")
    assert (report.estado, report.criados) == ("bem", 1)
    assert world.documents_of_clients() == [contact["Register"]]
    again = world.run("clientes-pm")
    assert (again.criados, again.conhecidos, again.requisicoes) == (0, 1, 2)
    assert len(world.milvus.clientes) == 1


def test_a_client_becomes_a_contact_once_and_neither_comes_back(world: World) -> None:
    row = world.milvus.add_cliente("12.345.678/0001-95", "Oficina Sol")
    assert world.run("clientes-mp").criados == 1
    world.settled()
    assert [one["Register"] for one in world.ploomes.rows["Contacts"].values()] == ["12345678000195"]
    assert world.milvus.clientes == [row]


@pytest.mark.parametrize("fluxo", ["tarefas", "interacoes"])
def test_an_item_with_a_tag_becomes_a_ticket_of_its_client(world: World, fluxo: str) -> None:
    contact, other = world.contact(), world.contact()
    item = world.task(contact) if fluxo == "tarefas" else world.interaction(contact)
    world.run("clientes-pm")
    assert world.run(fluxo).criados == 1
    world.run(fluxo)
    (ticket,) = world.milvus.chamados
    mine = next(row for row in world.milvus.clientes if row["cnpj_cpf"] == contact["Register"])
    assert ticket["cliente_token"] == mine["token"]
    assert ticket["descricao"].endswith(f"/{item['Id']}")
    assert ticket["categoria_primaria"] == "Instalação"
    assert other["Register"] in world.documents_of_clients()


def test_an_item_without_client_waits_for_one(world: World) -> None:
    contact = world.contact()
    item = world.task(None)
    assert world.run("tarefas").pulados == {"sem_cliente": 1}
    item["ContactId"] = contact["Id"]
    world.ploomes.touch(item)
    assert world.run("tarefas").estacionados == {"esperando_cliente": 1}
    world.run("clientes-pm")
    assert world.run("tarefas").criados == 1


def test_with_several_tags_the_first_of_the_settings_counts(world: World) -> None:
    contact = world.contact()
    world.task(contact, tag=None)
    item = world.task(contact, tag=OTHER)
    item["Tags"].append({"TagId": TAG})
    world.run("clientes-pm")
    world.run("tarefas")
    (ticket,) = world.milvus.chamados
    assert ticket["categoria_primaria"] == "Instalação"


@pytest.mark.parametrize("fluxo", [CLIENTES_PM, CLIENTES_MP])
def test_a_refusal_of_a_client_that_is_there_by_now_is_no_refusal(world: World, fluxo: str) -> None:
    """Somebody else made it between the look and the request."""
    documento = world.contact_free()
    if fluxo == CLIENTES_PM:
        world.contact(documento)
    else:
        world.milvus.add_cliente(documento)
    for server, route in ((world.milvus, "POST cliente/criar"), (world.ploomes, "POST Contacts")):
        server.faults.always(after(status(400)), key=route)
    report = world.run(fluxo)
    assert (report.estacionados, report.falhos) == ({}, {})
    assert world.documents_of_clients() == [documento]
    assert [row["Register"] for row in world.ploomes.rows["Contacts"].values()] == [documento]
    assert {state for _, state, _ in world.ledger.counts()} == {Situacao.ENVIADO}
