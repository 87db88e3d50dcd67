"""Of several clients with one document the one that people work with is meant, not one that they have blocked."""

from typing import Any

import pytest

from core.fiscal import formatar_documento
from flows.sync.rebuilding import rebuild
from sandbox.faults import status
from tests.flows.sync.conftest import World

DOCUMENTO = "11222333000181"


def tokens(world: World) -> list[str]:
    return [str(one["cliente_token"]) for one in world.milvus.chamados]


@pytest.mark.parametrize("fluxos", [("clientes-pm", "tarefas"), ("tarefas",)], ids=["known", "never asked for"])
@pytest.mark.parametrize("form", [str, formatar_documento])
def test_a_ticket_goes_to_the_active_client_although_a_blocked_one_is_older(
    world: World, form: Any, fluxos: tuple[str, ...]
) -> None:
    world.milvus.add_cliente(DOCUMENTO, is_ativo=False)
    active = world.milvus.add_cliente(form(DOCUMENTO))
    world.task(world.contact(DOCUMENTO))
    world.settled(*fluxos)
    assert tokens(world) == [active["token"]]
    assert world.ledger.find("clientes", [DOCUMENTO])[DOCUMENTO].milvus_id == str(active["id"])


def ticket(world: World, contact: dict[str, Any]) -> None:
    """Open one whose first try fails, so that its client is asked for anew."""
    world.task(contact)
    world.milvus.faults.queue(status(500, "Campo inválido"), key="POST chamado/criar")
    world.settled("tarefas")


def test_a_client_that_was_blocked_is_left_for_the_active_one_when_it_is_asked_for_anew(world: World) -> None:
    first, contact = world.milvus.add_cliente(DOCUMENTO), world.contact(DOCUMENTO)
    ticket(world, contact)
    first["is_ativo"] = False
    active = world.milvus.add_cliente(DOCUMENTO)
    ticket(world, contact)
    assert tokens(world) == [first["token"], active["token"]]


def test_where_all_are_blocked_tickets_stay_with_the_client_that_they_had(world: World) -> None:
    world.milvus.add_cliente(DOCUMENTO, is_ativo=False)
    kept, contact = world.milvus.add_cliente(DOCUMENTO), world.contact(DOCUMENTO)
    ticket(world, contact)
    kept["is_ativo"] = False
    ticket(world, contact)
    assert tokens(world) == [kept["token"]] * 2


def test_a_ledger_that_was_lost_is_filled_with_the_active_client(world: World) -> None:
    world.milvus.add_cliente(DOCUMENTO, is_ativo=False)
    active = world.milvus.add_cliente(DOCUMENTO)
    world.contact(DOCUMENTO)
    assert rebuild("padrao", world.clock).clientes == 1
    assert world.ledger.find("clientes", [DOCUMENTO])[DOCUMENTO].milvus_token == active["token"]
