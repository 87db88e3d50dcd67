"""Which clients of Milvus go to Ploomes, and which contact is theirs there."""

from typing import Any

import pytest

from connectors.milvus import Cliente
from core.clock import FixedClock
from flows.sync.clients_mp import ClientsToPloomes
from flows.sync.documents import mark
from flows.sync.flow import Seen
from flows.sync.ledger.item import CLIENTES, New, Situacao
from flows.sync.ledger.sql import SqlLedger
from flows.sync.sides import Sides
from tests.flows.sync.conftest import NOON, World, line, offline

DOCUMENTO, OTHER, WRONG = "11222333000181", "11444777000161", "11222333000182"
MP, PM = "clientes-mp", "clientes-pm"


@pytest.fixture
def livro() -> str:
    """Where the ledger stands makes no difference to what is judged."""
    return ""


def cliente(number: int = 50, documento: str = DOCUMENTO, token: str = "ABC") -> Cliente:
    return Cliente(number, token, "Oficina Sol", documento, True, {"nome_fantasia": "Oficina Sol"})


def judged(*rows: Cliente, **settings: Any) -> list[Seen[Cliente]]:
    sides = offline(FixedClock(NOON), **{"min_milvus_id": 40, **settings})
    return ClientsToPloomes(sides).judge(rows)


def noted(**said: Any) -> None:
    """Let a line stand in the ledger."""
    SqlLedger("padrao").owe([New(**({"livro": CLIENTES, "fluxo": PM, "chave": DOCUMENTO} | said))], NOON)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (cliente(40), "abaixo_do_minimo"),
        (cliente(1, ""), "abaixo_do_minimo"),
        (cliente(41, ""), "sem_documento"),
        (cliente(41, "0" * 14), "sem_documento"),
        (cliente(41), None),
    ],
)
def test_who_is_of_before_or_has_no_document_is_passed_over(sqlite: str, row: Cliente, reason: str | None) -> None:
    (seen,) = judged(row)
    assert (seen.row, seen.skipped, seen.new is None) == (row, reason, reason is not None)


def test_without_a_least_number_every_client_counts(sqlite: str) -> None:
    (seen,) = judged(cliente(1), min_milvus_id=None)
    assert seen.skipped is None


@pytest.mark.parametrize(
    ("documento", "send_invalid", "situacao", "motivo"),
    [
        (DOCUMENTO, False, Situacao.PENDENTE, None),
        (WRONG, False, Situacao.ESTACIONADO, "documento_invalido"),
        (WRONG, True, Situacao.PENDENTE, None),
    ],
)
def test_a_client_is_noted_by_its_document_with_its_number(
    sqlite: str, documento: str, send_invalid: bool, situacao: Situacao, motivo: str | None
) -> None:
    (seen,) = judged(cliente(50, documento), send_invalid=send_invalid)
    assert seen.new == New(
        livro=CLIENTES,
        fluxo=MP,
        chave=documento,
        milvus_id="50",
        milvus_token="ABC",
        situacao=situacao,
        motivo=motivo,
    )


def test_a_token_that_is_none_is_not_kept(sqlite: str) -> None:
    (seen,) = judged(cliente(token=""))
    assert seen.new is not None
    assert seen.new.milvus_token is None


SENT = Situacao.ENVIADO


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"situacao": SENT}, "eco"),
        ({"chave": OTHER, "situacao": SENT, "milvus_id": "50"}, "eco"),
        ({"situacao": Situacao.DESCARTADO}, "eco"),
        ({"ploomes_id": "7", "milvus_id": "9", "situacao": Situacao.MUDADO}, "eco"),
        ({"situacao": Situacao.PENDENTE}, None),
        ({"situacao": Situacao.DESCONHECIDO}, None),
        ({"fluxo": MP, "situacao": SENT, "milvus_id": "50"}, None),
        ({"fluxo": MP, "chave": OTHER, "situacao": SENT, "milvus_id": "50"}, "eco"),
        ({"fluxo": MP, "chave": OTHER, "situacao": SENT, "milvus_id": "51"}, None),
        ({"situacao": Situacao.ESQUECIDO}, "esquecido"),
        ({"chave": OTHER, "situacao": Situacao.ESQUECIDO, "milvus_id": "50"}, "esquecido"),
    ],
)
def test_what_came_from_the_other_side_or_is_settled_does_not_go_back(
    sqlite: str, said: dict[str, Any], reason: str | None
) -> None:
    """It is known by its document or by its number; a line of ours for this very document is no echo."""
    noted(**said)
    (seen,) = judged(cliente(50))
    assert seen.skipped == reason


def test_who_was_forgotten_is_known_by_what_is_left(sqlite: str) -> None:
    noted(chave=mark(DOCUMENTO), situacao=Situacao.ESQUECIDO)
    assert [seen.skipped for seen in judged(cliente(50), cliente(51, OTHER))] == ["esquecido", None]


def test_the_contact_that_is_oldest_is_the_client_s(world: World, sides: Sides) -> None:
    flow = ClientsToPloomes(sides)
    assert flow.there(cliente()) is None
    first = world.contact(DOCUMENTO)
    world.contact(DOCUMENTO)
    world.contact(OTHER)
    assert flow.there(cliente()) == {"ploomes_id": str(first["Id"])}


def test_a_client_is_fetched_by_its_number_among_those_of_its_document(world: World, sides: Sides) -> None:
    flow = ClientsToPloomes(sides)
    world.milvus.add_cliente(DOCUMENTO, is_ativo=False)
    second = world.milvus.add_cliente(DOCUMENTO)
    found = flow.fetch(line(chave=DOCUMENTO, milvus_id=str(second["id"])))
    assert found is not None
    assert (found.id, flow.is_source(line(milvus_id=str(second["id"])), found)) == (second["id"], True)
    assert flow.fetch(line(chave=DOCUMENTO, milvus_id="9")) is None
    assert flow.fetch(line(chave=OTHER, milvus_id=str(second["id"]))) is None


def test_a_change_is_brought_to_the_contact_of_the_line(world: World, sides: Sides) -> None:
    contact, other = world.contact(DOCUMENTO), world.contact(OTHER)
    ClientsToPloomes(sides).change(line(ploomes_id=str(contact["Id"])), cliente(), "marca")
    rows = world.ploomes.rows["Contacts"]
    assert [rows[one["Id"]]["Name"] for one in (contact, other)] == ["Oficina Sol", "Padaria Estrela"]
