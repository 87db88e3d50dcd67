"""A client whose source went away before it was made, and another source of the same document, on either side."""

import pytest

from sandbox.faults import after, reset, status
from tests.flows.sync.conftest import World

DOCUMENTO = "11222333000181"


def refused_then_gone(world: World) -> None:
    """Let a client be refused, and its contact be deleted before it is tried again."""
    contact = world.contact(DOCUMENTO)
    world.milvus.faults.queue(status(400), key="POST cliente/criar")
    assert world.run("clientes-pm").estacionados == {"recusado": 1}
    del world.ploomes.rows["Contacts"][contact["Id"]]
    world.clock.advance(86_400)
    assert world.run("clientes-pm").falhos == {"origem_sumiu": 1}


def test_a_contact_that_takes_the_place_of_one_that_is_gone_is_a_client_with_its_tickets(world: World) -> None:
    refused_then_gone(world)
    world.task(world.contact(DOCUMENTO))
    world.settled()
    assert world.documents_of_clients() == [DOCUMENTO]
    assert len(world.milvus.chamados) == 1


@pytest.mark.parametrize("deleted", [True, False])
def test_a_contact_with_the_same_document_is_the_client_though_nobody_touches_it(world: World, deleted: bool) -> None:
    first = world.contact(DOCUMENTO)
    world.milvus.faults.queue(status(400), key="POST cliente/criar")
    assert world.run("clientes-pm").estacionados == {"recusado": 1}
    second = world.contact(DOCUMENTO)
    world.run("clientes-pm")
    # so late that no reading sees the second one again
    world.clock.advance(4 * 86_400)
    world.contact()
    world.run("clientes-mp")
    if deleted:
        del world.ploomes.rows["Contacts"][first["Id"]]
    else:
        first["Register"] = world.contact_free()
    world.run("clientes-pm")
    assert DOCUMENTO in world.documents_of_clients()
    assert world.ledger.find("clientes", [DOCUMENTO])[DOCUMENTO].ploomes_id == str(second["Id"])


def test_a_contact_of_before_the_cut_off_takes_no_place(world: World) -> None:
    world.contact(DOCUMENTO, CreateDate="2020-01-01T12:00:00-03:00")
    refused_then_gone(world)
    assert world.milvus.clientes == []


def test_a_client_that_takes_the_place_of_one_that_is_gone_is_a_contact_with_its_own_number(world: World) -> None:
    first = world.milvus.add_cliente(DOCUMENTO)
    world.ploomes.faults.queue(status(400), key="POST Contacts")
    assert world.run("clientes-mp").estacionados == {"recusado": 1}
    world.milvus.clientes.remove(first)
    second = world.milvus.add_cliente(DOCUMENTO)
    world.clock.advance(86_400)
    world.run("clientes-mp")
    world.settled("clientes-mp")
    assert [one["Register"] for one in world.ploomes.rows["Contacts"].values()] == [DOCUMENTO]
    (line,) = world.ledger.having("clientes", "milvus_id", [str(second["id"])])
    assert line.milvus_token == second["token"]


def test_a_client_of_the_service_desk_whose_contact_is_gone_unsent_becomes_a_contact(world: World) -> None:
    refused_then_gone(world)
    client = world.milvus.add_cliente(DOCUMENTO)
    world.settled()
    assert [one["Register"] for one in world.ploomes.rows["Contacts"].values()] == [DOCUMENTO]
    line = world.ledger.find("clientes", [DOCUMENTO])[DOCUMENTO]
    assert (line.fluxo, line.milvus_id, line.milvus_token) == ("clientes-mp", str(client["id"]), client["token"])


def test_a_contact_whose_client_is_gone_unsent_becomes_a_client(world: World) -> None:
    client = world.milvus.add_cliente(DOCUMENTO)
    world.ploomes.faults.queue(status(400), key="POST Contacts")
    world.run("clientes-mp")
    world.milvus.clientes.remove(client)
    world.clock.advance(86_400)
    assert world.run("clientes-mp").falhos == {"origem_sumiu": 1}
    contact = world.contact(DOCUMENTO)
    world.task(contact)
    world.settled()
    (made,), (ticket,) = world.milvus.clientes, world.milvus.chamados
    line = world.ledger.find("clientes", [DOCUMENTO])[DOCUMENTO]
    assert (line.fluxo, line.ploomes_id, line.milvus_id) == ("clientes-pm", str(contact["Id"]), str(made["id"]))
    assert ticket["cliente_token"] == made["token"] != client["token"]


def test_a_client_that_we_perhaps_made_of_a_contact_that_is_gone_does_not_come_back_as_a_contact(world: World) -> None:
    contact = world.contact(DOCUMENTO)
    world.milvus.faults.queue(after(reset()), key="POST cliente/criar")
    assert world.run("clientes-pm").desconhecidos == 1
    del world.ploomes.rows["Contacts"][contact["Id"]]
    assert world.run("clientes-pm").falhos == {"origem_sumiu": 1}
    assert len(world.milvus.clientes) == 1
    world.settled()
    assert world.ploomes.rows["Contacts"] == {}
