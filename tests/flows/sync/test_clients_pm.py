"""Which contacts of Ploomes go to Milvus, which of them is sent, and what of a client is changed."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from connectors.ploomes import Contact
from connectors.ploomes.rows import contact as read
from core.clock import FixedClock
from flows.sync.clients_pm import ClientsToMilvus
from flows.sync.documents import mark
from flows.sync.flow import Seen
from flows.sync.ledger.item import CLIENTES, CONTATOS, New, Situacao
from flows.sync.ledger.sql import SqlLedger
from flows.sync.sides import Sides
from tests.flows.sync.conftest import NOON, World, line, offline

DOCUMENTO, OTHER, WRONG = "11222333000181", "11444777000161", "11222333000182"
MP, PM = "clientes-mp", "clientes-pm"
CUTOFF = datetime.fromisoformat("2026-07-01T00:00:00-03:00")


@pytest.fixture
def livro() -> str:
    """Where the ledger stands makes no difference to what is judged."""
    return ""


def contact(documento: str = DOCUMENTO, number: int = 7, created: datetime | None = NOON) -> Contact:
    return replace(read({"Id": number, "Name": "Padaria Estrela", "Register": documento}), created_at=created)


def judged(*rows: Contact, **settings: Any) -> list[Seen[Contact]]:
    return ClientsToMilvus(offline(FixedClock(NOON), **settings)).judge(rows)


def noted(**said: Any) -> None:
    """Let a line stand in the ledger."""
    SqlLedger("padrao").owe([New(**({"livro": CLIENTES, "fluxo": PM, "chave": DOCUMENTO} | said))], NOON)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (contact(created=CUTOFF), None),
        (contact(created=CUTOFF - timedelta(seconds=1)), "antes_do_corte"),
        (contact(created=None), "antes_do_corte"),
        (contact(""), "sem_documento"),
        (contact("", created=None), "antes_do_corte"),
    ],
)
def test_who_is_of_before_or_has_no_document_is_passed_over(sqlite: str, row: Contact, reason: str | None) -> None:
    (seen,) = judged(row)
    assert (seen.skipped, seen.new is None, seen.also == ()) == (reason, reason is not None, reason is not None)


@pytest.mark.parametrize(
    ("documento", "send_invalid", "situacao", "motivo"),
    [
        (DOCUMENTO, False, Situacao.PENDENTE, None),
        (WRONG, False, Situacao.ESTACIONADO, "documento_invalido"),
        (WRONG, True, Situacao.PENDENTE, None),
    ],
)
def test_a_client_is_noted_by_its_document_and_beside_it_which_client_a_contact_is(
    sqlite: str, documento: str, send_invalid: bool, situacao: Situacao, motivo: str | None
) -> None:
    (seen,) = judged(contact(documento), send_invalid=send_invalid)
    noted_as = {"ploomes_id": "7", "situacao": situacao, "motivo": motivo}
    assert seen.new == New(livro=CLIENTES, fluxo=PM, chave=documento, **noted_as)
    assert seen.also == (New(livro=CONTATOS, fluxo=CONTATOS, chave="7", ligado=documento, situacao=Situacao.ENVIADO),)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"fluxo": MP, "ploomes_id": "7"}, "eco"),
        ({"fluxo": MP, "chave": OTHER, "ploomes_id": "7"}, "eco"),
        ({"fluxo": MP, "ploomes_id": "8"}, None),
        ({"ploomes_id": "7", "situacao": Situacao.ENVIADO}, None),
        ({"situacao": Situacao.ESQUECIDO}, "esquecido"),
        ({"chave": OTHER, "ploomes_id": "7", "situacao": Situacao.ESQUECIDO}, "esquecido"),
        ({"chave": OTHER, "ploomes_id": "8", "situacao": Situacao.ESQUECIDO}, None),
    ],
)
def test_a_contact_that_we_made_of_a_client_does_not_go_back(
    sqlite: str, said: dict[str, Any], reason: str | None
) -> None:
    noted(**said)
    (seen,) = judged(contact())
    assert seen.skipped == reason


def test_who_was_forgotten_is_known_by_what_is_left(sqlite: str) -> None:
    noted(chave=mark(DOCUMENTO), situacao=Situacao.ESQUECIDO)
    assert [seen.skipped for seen in judged(contact(), contact(OTHER, 8))] == ["esquecido", None]


def linked(ligado: str | None) -> None:
    noted(livro=CONTATOS, fluxo=CONTATOS, chave="7", ligado=ligado, situacao=Situacao.ENVIADO)


def link() -> str | None:
    return SqlLedger("padrao").find(CONTATOS, ["7"])["7"].ligado


@pytest.mark.parametrize("dry", [False, True])
def test_a_contact_with_another_document_now_is_told_by_the_ends_of_both(sqlite: str, dry: bool) -> None:
    linked(OTHER)
    (seen,) = ClientsToMilvus(offline(FixedClock(NOON), dry=dry)).judge([contact()])
    assert seen.switched == "contato 7: …0161 → …0181"
    assert link() == (OTHER if dry else DOCUMENTO)


def test_a_contact_whose_client_was_forgotten_shows_nothing_of_it(sqlite: str) -> None:
    linked(mark(OTHER))
    (seen,) = judged(contact())
    assert seen.switched == "contato 7: esquecido → …0181"


@pytest.mark.parametrize("same", ["bare", "forgotten", "none"])
def test_a_contact_with_the_document_that_it_had_is_not_told(sqlite: str, same: str) -> None:
    linked({"bare": DOCUMENTO, "forgotten": mark(DOCUMENTO), "none": None}[same])
    before = link()
    (seen,) = judged(contact())
    assert (seen.switched, link()) == (None, before)


def test_before_it_is_made_any_recent_contact_of_its_document_stands_for_a_client(world: World, sides: Sides) -> None:
    flow = ClientsToMilvus(sides)
    world.contact(DOCUMENTO, CreateDate="2020-01-01T12:00:00-03:00")
    oldest, newest = world.contact(DOCUMENTO), world.contact(DOCUMENTO)
    mine = line(chave=DOCUMENTO, ploomes_id=str(newest["Id"]))
    found = flow.fetch(mine)
    assert found is not None
    assert (found.id, flow.is_source(mine, found)) == (newest["Id"], True)
    del world.ploomes.rows["Contacts"][newest["Id"]]
    found = flow.fetch(mine)
    assert found is not None
    assert (found.id, flow.is_source(mine, found)) == (oldest["Id"], False)
    assert flow.fetch(replace(mine, milvus_id="9")) is None, "once it is made only its own contact changes it"


def test_a_contact_that_has_another_document_is_shown_as_it_is_where_nobody_else_has_it(
    world: World, sides: Sides
) -> None:
    mine = world.contact(OTHER)
    found = ClientsToMilvus(sides).fetch(line(chave=DOCUMENTO, ploomes_id=str(mine["Id"])))
    assert found is not None
    assert found.documento == OTHER


def test_the_line_is_of_the_contact_that_is_sent(world: World, sides: Sides) -> None:
    found = ClientsToMilvus(sides).send(line(chave=DOCUMENTO, ploomes_id="8"), contact())
    assert not isinstance(found, str)
    assert (found.situacao, found.ploomes_id) == ("enviado", "7")


def test_a_change_leaves_out_what_is_the_service_desk_s_by_now(world: World, sides: Sides) -> None:
    there = world.milvus.add_cliente(DOCUMENTO)
    row = read(
        {"Id": 7, "Name": "Padaria Lua", "Register": DOCUMENTO, "Email": "a@exemplo.com.br", "ZipCode": "1001000"}
    )
    ClientsToMilvus(sides).change(line(milvus_id=str(there["id"])), row, "marca")
    (sent,) = world.milvus.bodies["cliente/alterar"]
    assert set(sent) == {"cliente_documento", "cliente_pessoa_juridica"}
    assert there["nome_fantasia"] == "Padaria Lua"
