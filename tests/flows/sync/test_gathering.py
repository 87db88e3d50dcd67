"""Both sides whole: clients by document, and what should be a ticket beside the tickets there are."""

from typing import Any

import pytest
from conftest import Configure

from connectors.milvus import reference
from flows.sync import gathering
from flows.sync.gathering import Both
from flows.sync.sides import Sides, both
from sandbox.faults import status
from tests.flows.sync.conftest import World

DOCUMENTO, OTHER = "11222333000181", "11444777000161"
LIST, SEARCH = "POST chamado/listagem", "GET cliente/busca"


@pytest.fixture
def livro() -> str:
    """No ledger is asked for what there is."""
    return ""


def test_both_sides_are_grouped_by_document_and_who_has_none_is_left_out(world: World, sides: Sides) -> None:
    contacts = [world.contact(documento) for documento in (DOCUMENTO, OTHER, "11.222.333/0001-81", "", "000")]
    clientes = [world.milvus.add_cliente(documento) for documento in (OTHER, DOCUMENTO, "", OTHER)]
    found = gathering.clients(sides)
    assert {documento: [one.id for one in rows] for documento, rows in found.contacts.items()} == {
        DOCUMENTO: [contacts[0]["Id"], contacts[2]["Id"]],
        OTHER: [contacts[1]["Id"]],
    }
    assert {documento: sorted(one.id for one in rows) for documento, rows in found.clientes.items()} == {
        OTHER: [clientes[0]["id"], clientes[3]["id"]],
        DOCUMENTO: [clientes[1]["id"]],
    }
    assert found.whole


@pytest.mark.parametrize(("whole", "searches", "found"), [(True, 0, []), (False, 2, [DOCUMENTO])])
def test_a_client_that_a_list_lacks_is_searched_for_only_where_the_list_may_lack_it(
    world: World, sides: Sides, whole: bool, searches: int, found: list[str]
) -> None:
    """Bare and formatted for one that is not there, once."""
    gathered = Both(whole=whole)
    world.milvus.add_cliente("11.222.333/0001-81")
    for _ in range(2):
        assert [one.documento for one in gathered.client_of(sides, DOCUMENTO)] == found
    assert world.milvus.requests[SEARCH] == searches
    assert gathered.client_of(sides, OTHER) == []
    assert gathered.client_of(sides, OTHER) == []
    assert world.milvus.requests[SEARCH] == 2 * searches


def test_a_client_of_the_list_is_not_searched_for(world: World, sides: Sides) -> None:
    world.milvus.add_cliente(DOCUMENTO)
    gathered = gathering.clients(sides)
    gathered.whole = False
    before = world.milvus.requests[SEARCH]
    assert len(gathered.client_of(sides, DOCUMENTO)) == 1
    assert world.milvus.requests[SEARCH] == before


def ticket(world: World, cliente: dict[str, Any], entity: str, row: dict[str, Any]) -> int:
    """Let a ticket bear the reference of a task or interaction; return its code."""
    made = world.milvus.add_chamado(cliente, descricao=f"Levar cabos\n\n{reference('ploomes', entity, row['Id'])}")
    return int(made["codigo"])


def test_each_is_yielded_with_the_tickets_that_name_it_and_a_client_s_list_is_read_once(
    world: World, sides: Sides
) -> None:
    contact = world.contact(DOCUMENTO)
    cliente = world.milvus.add_cliente(DOCUMENTO)
    twice, never = world.task(contact), world.task(contact)
    once = world.interaction(contact)
    codes = [ticket(world, cliente, "Tasks", twice), ticket(world, cliente, "Tasks", twice)]
    only = ticket(world, cliente, "InteractionRecords", once)
    world.milvus.add_chamado(cliente, descricao=f"{twice['Id']}")
    found = list(gathering.tickets(sides))
    assert [(one.fluxo, one.row.id, one.token, one.whole) for one in found] == [
        ("tarefas", twice["Id"], cliente["token"], True),
        ("tarefas", never["Id"], cliente["token"], True),
        ("interacoes", once["Id"], cliente["token"], True),
    ]
    assert [sorted(int(ticket.codigo) for ticket in one.tickets) for one in found] == [codes, [], [only]]
    assert world.milvus.requests[LIST] == 1


def test_what_has_no_client_yet_has_no_tickets_that_anybody_looked_through(world: World, sides: Sides) -> None:
    world.task(world.contact(DOCUMENTO))
    world.task(world.contact(""))
    found = list(gathering.tickets(sides))
    assert [(one.token, one.tickets, one.whole) for one in found] == [(None, (), False)] * 2
    assert world.milvus.requests[LIST] == 0


def test_what_is_no_ticket_to_be_is_not_sought(world: World, sides: Sides) -> None:
    contact = world.contact(DOCUMENTO)
    world.task(contact, tag=None)
    world.task(None)
    world.task(contact, CreateDate="2020-01-01T12:00:00-03:00")
    assert list(gathering.tickets(sides)) == []


def test_a_list_that_is_cut_shows_what_it_has_and_says_so(world: World, sides: Sides) -> None:
    world.milvus.add_cliente(DOCUMENTO)
    world.task(world.contact(DOCUMENTO))
    world.milvus.faults.always(status(200, '{"meta": {"paginate": {"total": 9}}, "lista": []}'), key=LIST)
    (found,) = gathering.tickets(sides)
    assert (found.token is None, found.tickets, found.whole) == (False, (), False)


def test_without_tags_nothing_is_a_ticket_to_be(world: World, configure: Configure) -> None:
    world.task(world.contact(DOCUMENTO))
    configure(sync__tags="[]")
    with both("padrao", clock=world.clock) as sides:
        assert list(gathering.tickets(sides)) == []
    assert world.ploomes.requests["GET Tasks"] == 0
