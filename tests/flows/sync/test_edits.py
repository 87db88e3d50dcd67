"""What is edited after it was sent, where the settings ask for it: each edit once."""

import pytest

from sandbox.faults import after, reset, status
from tests.flows.sync.conftest import Configure, World


@pytest.fixture(autouse=True)
def followed(world: World, configure: Configure) -> None:
    configure(sync__edits="update")


def follow_ups(world: World) -> list[str]:
    return [str(one["texto"]) for rows in world.milvus.acompanhamentos.values() for one in rows]


@pytest.mark.parametrize("lost", [False, True])
def test_an_edited_task_is_one_follow_up_of_its_ticket(world: World, lost: bool) -> None:
    task = world.task(world.contact())
    world.settled()
    task["Title"] = "Instalar amanhã"
    world.ploomes.touch(task)
    if lost:
        world.milvus.faults.queue(after(reset()), key="POST chamado/acompanhamento/criar")
    world.settled()
    world.settled()
    (said,) = follow_ups(world)
    assert "Instalar amanhã" in said
    assert len(world.milvus.chamados) == 1
    task["Title"] = "Instalar depois"
    world.ploomes.touch(task)
    world.settled()
    assert len(follow_ups(world)) == 2


def test_edited_clients_are_changed_on_the_other_side(world: World) -> None:
    contact = world.contact()
    row = world.milvus.add_cliente(world.contact_free(), "Oficina Sol")
    world.settled()
    contact["Name"] = "Padaria Lua"
    world.ploomes.touch(contact)
    row["nome_fantasia"] = "Oficina Mar"
    world.settled()
    assert [one["nome_fantasia"] for one in world.milvus.clientes] == ["Oficina Mar", "Padaria Lua"]
    assert [one["Name"] for one in world.ploomes.rows["Contacts"].values()] == ["Padaria Lua", "Oficina Mar"]
    assert world.run("clientes-mp").editados == 0


def test_an_edit_leaves_a_client_blocked_that_the_service_desk_blocked(world: World) -> None:
    contact = world.contact()
    world.settled()
    (client,) = world.milvus.clientes
    client["is_ativo"] = False
    contact["Name"] = "Padaria Lua"
    world.ploomes.touch(contact)
    world.settled()
    assert (client["nome_fantasia"], client["is_ativo"]) == ("Padaria Lua", False)


def test_an_edit_that_is_refused_is_told_once_and_the_client_stays(world: World) -> None:
    contact = world.contact()
    world.settled()
    contact["Name"] = "Outro"
    world.ploomes.touch(contact)
    world.milvus.faults.queue(status(422), key="PUT cliente/alterar")
    assert world.run("clientes-pm").falhos == {"edicao_recusada": 1}
    assert world.run("clientes-pm").falhos == {}
    assert len(world.milvus.clientes) == 1


def test_an_edited_task_that_is_gone_when_its_turn_comes_leaves_its_ticket(world: World) -> None:
    task = world.task(world.contact())
    world.settled()
    task["Title"] = "Outro"
    world.ploomes.touch(task)
    world.milvus.faults.queue(*[status(503)] * 3, key="POST chamado/acompanhamento/criar")
    world.run("tarefas")
    del world.ploomes.rows["Tasks"][task["Id"]]
    world.clock.advance(900)
    world.run("tarefas")
    assert world.ledger.counts()["tarefas", "enviado", None] == 1
    assert follow_ups(world) == []
