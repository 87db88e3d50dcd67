"""Clients: found by document in any spelling, blocked ones too; made once; and all of them, past the cap."""

from itertools import islice
from typing import Any

import pytest
from pydantic import SecretStr

from connectors.base.faults import Blocked, Fault, Refused, Unintelligible, UnknownOutcome
from connectors.base.policy import Policy
from connectors.milvus import Milvus
from connectors.milvus.inventory import Inventory
from connectors.milvus.rows import cliente
from core.fiscal import formatar_documento
from core.pace import Counted, Free
from core.settings.milvus import ContaMilvus
from sandbox import faults
from sandbox.faults import after
from sandbox.milvus import MilvusServer

CNPJ, CPF = "12ABC34501DE35", "11144477735"  # pragma: allowlist secret
BODY = {"cliente_documento": CNPJ, "cliente_pessoa_juridica": {"nome_fantasia": "Padaria"}}


@pytest.mark.parametrize("documento", [CNPJ, CPF])
@pytest.mark.parametrize("stored", [str, formatar_documento])
@pytest.mark.parametrize("active", [True, False])
def test_a_client_is_found_in_any_spelling_although_it_is_blocked(
    server: MilvusServer, milvus: Milvus, documento: str, stored: Any, active: bool
) -> None:
    row = server.add_cliente(stored(documento), "Padaria", is_ativo=active)
    (found,) = milvus.find_clientes(formatar_documento(documento))
    assert (found.id, found.token, found.documento, found.ativo) == (row["id"], row["token"], documento, active)
    assert server.requests.total() == (1 if stored is str and active else 2)


@pytest.mark.parametrize("spelling", ["stored", "any"])
def test_an_active_client_is_found_beside_a_blocked_one_of_another_spelling(
    server: MilvusServer, milvus: Milvus, spelling: str
) -> None:
    server.quirks.clients.spelling = spelling
    server.add_cliente(CNPJ, is_ativo=False)
    server.add_cliente(formatar_documento(CNPJ))
    assert [one.ativo for one in milvus.find_clientes(CNPJ)] == [False, True]


def test_nobody_is_nobody_and_others_are_a_fault(server: MilvusServer, milvus: Milvus) -> None:
    assert milvus.find_clientes(CNPJ) == []
    server.faults.always(faults.status(200, '{"lista": [{"id": 1, "cnpj_cpf": "11144477735"}]}'))
    with pytest.raises(Unintelligible, match="outros clientes"):
        milvus.find_clientes(CNPJ)
    server.faults.always(faults.status(200, '{"lista": [{"id": 1, "cnpj_cpf": null}]}'))
    assert milvus.find_clientes(CNPJ) == []


@pytest.mark.parametrize("form", ["number", "quoted", "codigo", "id"])
def test_a_client_is_made(server: MilvusServer, milvus: Milvus, form: str) -> None:
    server.quirks.code = form
    number = milvus.create_cliente(BODY)
    milvus.change_cliente(number, {"cliente_observacao": "nova"})
    assert [row["id"] for row in server.clientes] == [number]
    assert server.clientes[0]["observacao"] == "nova"


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (after(faults.reset()), UnknownOutcome),
        (after(faults.status(504)), Fault),
        (after(faults.status(500, '{"message": "erro"}')), Fault),
        (after(faults.status(200, '"Cadastrado com sucesso"')), Unintelligible),
        (after(faults.status(200, "true")), Unintelligible),
        (after(faults.html()), Unintelligible),
    ],
)
def test_what_may_have_been_made_is_not_made_again(
    server: MilvusServer, milvus: Milvus, fault: faults.Fault, kind: type[Fault]
) -> None:
    server.faults.always(fault)
    with pytest.raises(kind) as caught:
        milvus.create_cliente(BODY)
    assert caught.value.may_be_stored
    assert len(server.clientes) == 1


def test_what_the_desk_says_of_a_refusal_is_repeated(server: MilvusServer, milvus: Milvus) -> None:
    server.quirks.clients.no_doubles = True
    server.add_cliente(CNPJ)
    with pytest.raises(Refused, match="Já existe um cliente") as caught:
        milvus.create_cliente(BODY)
    assert not caught.value.may_be_stored


def test_a_wrong_token_stops_the_account(server: MilvusServer, conta: ContaMilvus) -> None:
    other = conta.model_copy(update={"token": SecretStr("outro-token")})
    with Milvus("padrao", other) as milvus, pytest.raises(Blocked, match="token foi recusado"):
        milvus.find_clientes(CNPJ)


@pytest.mark.parametrize(("amount", "requests"), [(0, 2), (4, 1), (5, 3), (12, 3), (15, 5)])
def test_all_clients_past_the_cap(server: MilvusServer, conta: ContaMilvus, amount: int, requests: int) -> None:
    for number in range(amount):
        server.add_cliente(f"{number:011d}")
    server.quirks.clients.cap = 5
    with Milvus("padrao", conta.model_copy(update={"list_cap": 5})) as milvus:
        found = milvus.clientes()
    assert ([one.id for one in found.rows], found.complete) == ([row["id"] for row in server.clientes], True)
    assert server.requests.total() == requests


@pytest.mark.parametrize("pages", ["ignored", "refused"])
def test_a_list_whose_pages_do_not_turn_is_read_by_parts_of_names(
    server: MilvusServer, conta: ContaMilvus, pages: str
) -> None:
    for number, name in enumerate(("Ana", "Beto", "Caio", "Davi", "Eva", "Filó", "Padaria 24h")):
        server.add_cliente(f"{number:011d}", name)
    server.quirks.clients.cap, server.quirks.clients.pages = 5, pages
    with Milvus("padrao", conta.model_copy(update={"list_cap": 5})) as milvus:
        found = milvus.clientes()
        assert (len(found.rows), found.complete) == (7, True)
        server.add_cliente("99999999999", "---")
        server.clientes.insert(0, server.clientes.pop())
        assert not milvus.clientes().complete


def test_an_inventory_that_stays_full_is_partial(server: MilvusServer, conta: ContaMilvus) -> None:
    for number in range(7):
        server.add_cliente(f"{number:011d}", "aaa")
    server.quirks.clients.cap, server.quirks.clients.pages = 5, "ignored"
    with Milvus("padrao", conta.model_copy(update={"list_cap": 5})) as milvus:
        found = milvus.clientes()
    assert (len(found.rows), found.complete) == (5, False)


def test_a_search_for_names_that_is_ignored_is_given_up_at_once() -> None:
    rows = [{"id": number, "nome_fantasia": name} for number, name in enumerate(("Ana", "Beto", "Caio"))]
    asked: list[dict[str, str]] = []

    def search(query: dict[str, str]) -> list[dict[str, Any]]:
        asked.append(query)
        return rows

    found = Inventory(search, 3).read()
    assert (len(found.rows), found.complete) == (3, False)
    assert len(asked) <= 6


def test_names_without_end_are_given_up_after_a_while() -> None:
    asked: list[str] = []

    def search(query: dict[str, str]) -> list[dict[str, Any]]:
        term = query.get("nome_fantasia", "")
        asked.append(term)
        return [{"id": f"{term}{number}", "nome_fantasia": term} for number in range(3)]

    assert not Inventory(search, 3).read().complete
    assert len(asked) <= 510


def test_a_reading_goes_on_where_an_earlier_one_ended() -> None:
    """Wherever that was: nothing is missing, and nothing is read twice."""
    names = ["ana", "anabela", "aneta", "abel", "beto", "a b", "24h", "zeca"]
    table = [{"id": number, "nome_fantasia": name} for number, name in enumerate(names)]

    def read(begin: str, parts: int | None = None) -> tuple[list[str], str | None]:
        asked: list[str] = []

        def search(query: dict[str, str]) -> list[dict[str, Any]]:
            term = query.get("nome_fantasia")
            asked.extend([term] if term else [])
            return [row for row in table if (term or "") in str(row["nome_fantasia"])][:2]

        found = list(islice(Inventory(search, 2, begin).parts(), parts))
        return asked, found[-1].goes_on

    whole, _ = read("")
    for parts in range(2, len(whole) + 1):
        before, goes_on = read("", parts)
        assert goes_on is not None
        assert before + read(goes_on)[0] == whole


def test_an_empty_list_under_load_is_not_believed(server: MilvusServer, milvus: Milvus) -> None:
    server.add_cliente(CNPJ)
    server.faults.queue(faults.status(200, '{"lista": []}'))
    assert len(milvus.clientes().rows) == 1


def test_lists_have_a_budget_of_their_own_besides_the_token_s(server: MilvusServer, conta: ContaMilvus) -> None:
    paces: list[tuple[str, ...]] = []

    def made(*budgets: Any) -> Free:
        paces.append(tuple(budget.nome for budget in budgets))
        return Free()

    counted = Counted(made)
    with Milvus("padrao", conta, pace=counted, policy=Policy(attempts=1)) as milvus:
        milvus.find_clientes(CNPJ)
        milvus.clientes()
    (own,), (same, lists) = paces
    assert own == same
    assert lists == f"{own}:listas"
    assert conta.token.get_secret_value() not in own
    assert counted.requests == 4


@pytest.mark.parametrize(
    ("row", "nome", "ativo"),
    [
        ({"id": 1, "nome_fantasia": " ", "razao_social": "Ltda", "is_ativo": 0}, "Ltda", False),
        ({"id": "1", "nome_fantasia": "Padaria", "is_ativo": "S"}, "Padaria", True),
        ({"id": 1, "token": None, "cnpj_cpf": 12345678909}, "", None),
    ],
)
def test_a_client_is_read_tolerantly(row: dict[str, Any], nome: str, ativo: bool | None) -> None:
    found = cliente(row)
    assert (found.id, found.nome, found.ativo, found.token) == (1, nome, ativo, "")
