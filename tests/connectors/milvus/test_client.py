"""What an account is asked, and what of its answers is believed: words in the place of a deed, others' rows, names."""

from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr

from connectors.base.faults import Refused, Unintelligible
from connectors.milvus import client
from connectors.milvus.client import Milvus
from connectors.milvus.reference import reference
from core.clock import FixedClock
from core.settings.milvus import ContaMilvus
from sandbox import faults
from sandbox.milvus import MilvusServer

CNPJ, OTHER = "11222333000181", "11444777000161"
CHANGE, COMMENT = "PUT cliente/alterar", "POST chamado/acompanhamento/criar"
HOUR = timedelta(hours=1)


@pytest.mark.parametrize("said", ["", "  ", "{}", '{"message": "ok"}', "12", "true"])
def test_nothing_or_json_is_the_answer_to_what_was_done(server: MilvusServer, milvus: Milvus, said: str) -> None:
    server.faults.queue(faults.status(200, said), key=CHANGE)
    milvus.change_cliente(1, {})


@pytest.mark.parametrize("said", ['"Alterado com sucesso"', "Alterado", "null", "<html></html>"])
def test_words_or_a_page_in_the_place_of_a_deed_are_a_fault(server: MilvusServer, milvus: Milvus, said: str) -> None:
    server.faults.always(faults.status(200, said), key=CHANGE)
    with pytest.raises(Unintelligible, match="não diz que foi feito") as caught:
        milvus.change_cliente(1, {})
    assert caught.value.may_be_stored


def test_what_the_desk_said_in_place_of_a_deed_is_repeated(server: MilvusServer, milvus: Milvus) -> None:
    server.faults.always(faults.status(200, '"Em manutenção"'))
    for call in (lambda: milvus.comment("1", "texto"), lambda: milvus.create_chamado({}), lambda: milvus.comments("1")):
        with pytest.raises(Unintelligible, match="Em manutenção"):
            call()


def test_a_change_is_made_again_after_a_passing_fault_and_a_comment_is_not(
    server: MilvusServer, milvus: Milvus
) -> None:
    row = server.add_cliente(CNPJ)
    code = str(server.add_chamado(row)["codigo"])
    for route in (CHANGE, COMMENT):
        server.faults.queue(faults.after(faults.reset()), key=route)
    milvus.change_cliente(row["id"], {"cliente_observacao": "nova"})
    assert (row["observacao"], server.requests[CHANGE]) == ("nova", 2)
    with pytest.raises(Exception, match="encerrou a conexão"):
        milvus.comment(code, "texto")
    assert (len(milvus.comments(code)), server.requests[COMMENT]) == (1, 1)


def test_a_client_that_is_not_there_cannot_be_changed(milvus: Milvus) -> None:
    with pytest.raises(Refused, match="Cliente não encontrado"):
        milvus.change_cliente(1, {"cliente_observacao": "nova"})


def rows(*given: dict[str, Any], total: int | None = None) -> faults.Fault:
    """Answer with these rows, whatever was asked."""
    meta = {"meta": {"paginate": {"total": len(given) if total is None else total}}}

    async def act(request: web.Request, answer: faults.Usual) -> web.StreamResponse:
        return web.json_response({"lista": list(given), **meta})

    return act


def test_tickets_of_other_clients_are_left_out_where_the_account_ignores_whose_are_asked_for(
    server: MilvusServer, milvus: Milvus, clock: FixedClock
) -> None:
    """An account that does not say whose a ticket is was asked for those of one client."""
    mine, other, unsaid = {"codigo": 1, "cliente_token": "A"}, {"codigo": 2, "cliente_token": "B"}, {"codigo": 3}
    server.faults.always(rows(mine, other, unsaid))
    found = milvus.list_chamados("A", clock.now() - HOUR)
    assert ([one.codigo for one in found.rows], found.complete) == (["1", "3"], True)


def test_tickets_with_a_reference_are_as_whole_as_the_list_they_come_from(
    server: MilvusServer, milvus: Milvus, clock: FixedClock
) -> None:
    ref = reference("ploomes", "Tasks", 7)
    mine, other = {"codigo": 1, "descricao": f"<p>x</p>{ref}"}, {"codigo": 2, "descricao": f"{ref}7"}
    for total, complete in ((2, True), (9, False)):
        server.faults.always(rows(mine, other, total=total))
        found = milvus.find_chamados("A", ref, clock.now())
        assert ([one.codigo for one in found.rows], found.complete) == (["1"], complete)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ('{"pode_abrir_chamado": true}', None),
        ('{"pode_abrir_chamado": true, "mensagem_erro": "aviso"}', None),
        ('{"pode_abrir_chamado": false, "mensagem_erro": " Contrato vencido "}', "Contrato vencido"),
        ('{"pode_abrir_chamado": false, "mensagem_erro": null}', "o contrato não permite"),
        ('{"pode_abrir_chamado": false}', "o contrato não permite"),
    ],
)
def test_why_no_ticket_may_be_opened_is_always_a_reason(
    server: MilvusServer, milvus: Milvus, answer: str, why: str | None
) -> None:
    server.faults.always(faults.status(200, answer))
    assert milvus.may_open("A") == why


@pytest.mark.parametrize("answer", ['{"pode_abrir_chamado": 1}', '{"pode_abrir_chamado": null}', "[]", "{}", "sim"])
def test_an_answer_that_is_no_yes_or_no_is_a_fault(server: MilvusServer, milvus: Milvus, answer: str) -> None:
    server.faults.always(faults.status(200, answer))
    with pytest.raises(Unintelligible, match="não diz se um chamado pode ser aberto"):
        milvus.may_open("A")


def test_the_search_ends_with_the_first_active_client(server: MilvusServer, milvus: Milvus) -> None:
    """An account that does not say whether a client is active is not asked for more, either."""
    server.faults.always(faults.status(200, f'{{"lista": [{{"id": 1, "cnpj_cpf": "{CNPJ}"}}]}}'))
    assert [one.ativo for one in milvus.find_clientes(CNPJ)] == [None]
    assert server.requests.total() == 1


def test_a_client_that_both_spellings_find_is_one(server: MilvusServer, milvus: Milvus) -> None:
    server.quirks.clients.spelling = "any"
    blocked = server.add_cliente(CNPJ, is_ativo=False)
    assert [one.id for one in milvus.find_clientes(CNPJ)] == [blocked["id"]]
    assert server.requests.total() == 2


def test_others_beside_the_one_that_is_meant_are_no_fault(server: MilvusServer, milvus: Milvus) -> None:
    """Some accounts search for what begins alike."""
    given = ", ".join(f'{{"id": {at}, "cnpj_cpf": "{one}"}}' for at, one in enumerate((OTHER, CNPJ), 1))
    server.faults.always(faults.status(200, f'{{"lista": [{given}]}}'))
    assert [one.id for one in milvus.find_clientes(CNPJ)] == [2]


@pytest.mark.parametrize(
    ("row", "holds"),
    [
        ({"mesa_trabalho": "Suporte"}, True),
        ({"mesa": {"id": 3, "nome": "Suporte"}}, True),
        ({"mesa_trabalho": "suporte"}, False),
        ({"mesa_trabalho": "Suporte 2"}, False),
        ({"mesas": ["Suporte"]}, False),
        ({}, False),
    ],
)
def test_a_name_is_seen_letter_by_letter_in_a_field_or_one_below(row: dict[str, Any], holds: bool) -> None:
    assert client._holds(row, "Suporte") is holds


def test_a_name_is_seen_where_any_ticket_of_the_first_page_has_it(server: MilvusServer, milvus: Milvus) -> None:
    assert not milvus.seen("mesa_trabalho", "Suporte")
    server.faults.always(rows({"codigo": 1, "mesa_trabalho": "Vendas"}, {"codigo": 2, "mesa_trabalho": "Suporte"}))
    assert milvus.seen("mesa_trabalho", "Suporte")
    assert not milvus.seen("mesa_trabalho", "Campo")


def test_lists_have_a_budget_beside_the_token_s_and_neither_shows_it(conta: ContaMilvus) -> None:
    limited = conta.model_copy(update={"per_minute": 30, "listings_per_minute": 4})
    whole, lists = client.budgets(limited)
    assert (whole.per_minute, lists.per_minute) == (30, 4)
    assert whole.nome != lists.nome
    other = client.budgets(limited.model_copy(update={"token": SecretStr("outro-token")}))
    assert {whole.nome, lists.nome}.isdisjoint(one.nome for one in other)
    assert not any(conta.token.get_secret_value() in one.nome for one in (whole, lists))


def test_an_account_without_a_name_is_told_without_one(server: MilvusServer, conta: ContaMilvus) -> None:
    server.faults.always(faults.status(422, '{"message": "não"}'))
    for nome, begin in (("padrao", "Milvus padrao: "), ("", "Milvus: ")):
        with Milvus(nome, conta) as opened, pytest.raises(Refused) as caught:
            opened.create_cliente({})
        assert str(caught.value).startswith(begin)
