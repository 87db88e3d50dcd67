"""A client is looked for by its document, then created, once; of several with one document one is meant."""

from typing import Any

import pytest

from connectors.base.faults import Blocked
from connectors.milvus import Cliente
from connectors.ploomes.rows import contact
from core.clock import FixedClock
from flows.sync.clients import meant
from flows.sync.clients_pm import ClientsToMilvus
from flows.sync.ledger.item import Outcome, Situacao
from flows.sync.results import ADOPTED, REFUSED
from flows.sync.sides import Sides
from sandbox.faults import after, reset, status
from tests.flows.sync.conftest import World, line, offline

DOCUMENTO, WRONG = "11222333000181", "11222333000182"
SEARCH, CREATE = "GET cliente/busca", "POST cliente/criar"


def cliente(number: int, token: str, *, ativo: bool | None = True) -> Cliente:
    return Cliente(number, token, "Padaria", DOCUMENTO, ativo, {})


@pytest.mark.parametrize(
    ("clientes", "kept", "token"),
    [
        ([], None, None),
        ([cliente(9, "a")], None, "a"),
        ([cliente(9, "a"), cliente(2, "b")], None, "b"),
        ([cliente(2, "a", ativo=False), cliente(9, "b")], None, "b"),
        ([cliente(2, "a", ativo=False), cliente(9, "b", ativo=None)], None, "b"),
        ([cliente(2, "a"), cliente(9, "b")], "b", "b"),
        ([cliente(2, "a"), cliente(9, "b", ativo=False)], "b", "a"),
        ([cliente(9, "a", ativo=False), cliente(2, "b", ativo=False)], "a", "a"),
        ([cliente(9, "a"), cliente(2, "b")], "gone", "b"),
    ],
    ids=["nobody", "one", "older", "active", "not said to be blocked", "kept", "kept but blocked", "all", "kept gone"],
)
def test_the_active_one_is_meant_then_the_known_one_then_the_oldest(
    clientes: list[Cliente], kept: str | None, token: str | None
) -> None:
    found = meant(clientes, kept)
    assert (found and found.token) == token


@pytest.fixture
def livro() -> str:
    """Where the ledger stands makes no difference to what is asked of the other side."""
    return ""


def send(sides: Sides, documento: str = DOCUMENTO, **said: Any) -> Outcome | str:
    """Send a contact that was noted with the document of the example."""
    row = contact({"Id": 7, "Name": "Padaria Estrela", "Register": documento})
    return ClientsToMilvus(sides).send(line(chave=DOCUMENTO if documento != WRONG else WRONG, **said), row)


def asked(world: World) -> tuple[int, int]:
    """Return how often a client was looked for, and how often one was made."""
    return world.milvus.requests[SEARCH], world.milvus.requests[CREATE]


@pytest.mark.parametrize(
    ("documento", "situacao", "motivo"),
    [
        ("11444777000161", Situacao.FALHOU, "documento_mudou"),
        ("", Situacao.FALHOU, "documento_mudou"),
        (WRONG, Situacao.ESTACIONADO, "documento_invalido"),
    ],
)
def test_nobody_is_asked_for_a_client_that_may_not_go(documento: str, situacao: Situacao, motivo: str) -> None:
    found = send(offline(FixedClock(line().due_at)), documento)
    assert isinstance(found, Outcome)
    assert (found.situacao, found.motivo) == (situacao, motivo)


def test_a_client_that_is_there_is_adopted_without_a_word(world: World, sides: Sides) -> None:
    there = world.milvus.add_cliente(DOCUMENTO)
    found = send(sides)
    assert isinstance(found, Outcome)
    assert (found.situacao, found.milvus_id, found.milvus_token) == ("enviado", str(there["id"]), there["token"])
    assert (found.motivo, found.avisado, world.milvus.requests[CREATE]) == (None, True, 0)


def test_a_client_that_an_earlier_try_made_is_told_as_ours(world: World, sides: Sides) -> None:
    world.milvus.add_cliente(DOCUMENTO)
    found = send(sides, tentado=True)
    assert isinstance(found, Outcome)
    assert (found.situacao, found.motivo, found.avisado, found.tentado) == ("enviado", ADOPTED, False, False)


def test_a_client_that_is_not_there_is_made_at_once_where_it_was_never_tried(world: World, sides: Sides) -> None:
    found = send(sides)
    assert isinstance(found, Outcome)
    (made,) = world.milvus.clientes
    assert (found.situacao, found.milvus_id, found.avisado) == ("enviado", str(made["id"]), False)


def test_after_a_try_a_second_look_is_needed_before_it_is_made(world: World, sides: Sides) -> None:
    found = send(sides, tentado=True)
    assert isinstance(found, Outcome)
    assert (found.situacao, found.procuras, world.milvus.clientes) == ("desconhecido", 1, [])
    again = send(sides, tentado=True, procuras=found.procuras)
    assert isinstance(again, Outcome)
    assert (again.situacao, len(world.milvus.clientes)) == ("enviado", 1)


def test_a_dry_run_looks_and_says_what_it_would_make_without_the_document(world: World, sides: Sides) -> None:
    sides.dry = True
    assert send(sides) == "criaria o cliente …0181 no Milvus"
    assert world.milvus.clientes == []
    world.milvus.add_cliente(DOCUMENTO)
    assert isinstance(send(sides), Outcome)


def test_an_answer_that_was_lost_leaves_it_unknown(world: World, sides: Sides) -> None:
    world.milvus.faults.queue(after(reset()), key=CREATE)
    found = send(sides)
    assert isinstance(found, Outcome)
    assert (found.situacao, found.tentado, found.procuras) == ("desconhecido", True, 0)
    assert len(world.milvus.clientes) == 1


def test_a_refusal_is_parked_after_a_second_look(world: World, sides: Sides) -> None:
    world.milvus.faults.queue(status(422), key=CREATE)
    before = asked(world)
    found = send(sides)
    assert isinstance(found, Outcome)
    assert (found.situacao, found.motivo) == ("estacionado", REFUSED)
    assert asked(world)[0] - before[0] == 4, "bare and formatted, before and after"


def test_a_refusal_after_which_nobody_can_look_is_no_refusal_yet(world: World, sides: Sides) -> None:
    async def refused_and_down(request: Any, answer: Any) -> Any:
        world.milvus.faults.always(status(503), key=SEARCH)
        return await status(422)(request, answer)

    world.milvus.faults.queue(refused_and_down, key=CREATE)
    found = send(sides)
    assert isinstance(found, Outcome)
    assert (found.situacao, found.motivo, found.tentativas) == ("pendente", None, 1)


def test_a_server_that_is_down_is_asked_later_and_makes_nothing(world: World, sides: Sides) -> None:
    world.milvus.faults.always(status(503), key=SEARCH)
    found = send(sides)
    assert isinstance(found, Outcome)
    assert (found.situacao, found.tentativas, found.due_at > world.clock.now()) == ("pendente", 1, True)
    assert asked(world)[1] == 0


def test_a_refused_key_ends_the_run(world: World, sides: Sides) -> None:
    world.milvus.faults.always(status(401))
    with pytest.raises(Blocked):
        send(sides)
