"""The Milvus double against the contract: what it answers, what it refuses, and its manners."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from core.clock import FixedClock
from sandbox.faults import after, reset
from sandbox.milvus import MilvusServer

NOON = datetime(2026, 7, 14, 15, 0, tzinfo=UTC)
TOKEN = "token-de-exemplo-1"  # pragma: allowlist secret
CNPJ = "11222333000181"
CLIENT = {
    "cliente_documento": CNPJ,
    "cliente_ativo": True,
    "cliente_pessoa_juridica": {"nome_fantasia": "Padaria", "razao_social": "Padaria Ltda"},
    "cliente_enderecos": [
        {"endereco_padrao": True, "endereco_cep": "01310100", "endereco_cidade": "São Paulo", "endereco_estado": "SP"}
    ],
    "cliente_contatos": [{"contato_padrao": True, "contato_telefone": "(11) 1234-5678"}],
}


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def server(clock: FixedClock) -> Iterator[MilvusServer]:
    with MilvusServer(TOKEN, clock) as running:
        yield running


def ask(
    server: MilvusServer, path: str, method: str = "GET", json: Any = None, token: str = TOKEN, **query: str
) -> Any:
    headers = {"Authorization": token}
    return requests.request(method, f"{server.url}/api/{path}", headers=headers, params=query, json=json, timeout=60)


def listing(server: MilvusServer, wanted: dict[str, Any] | None = None, **parameters: Any) -> list[int]:
    answer = ask(server, "chamado/listagem", "POST", {"filtro_body": wanted or {}, **parameters}).json()
    return [row["codigo"] for row in answer["lista"]]


def test_a_client_is_made_and_its_token_found_by_its_document(server: MilvusServer) -> None:
    number = ask(server, "cliente/criar", "POST", CLIENT).json()
    assert isinstance(number, int)
    row = ask(server, "cliente/busca", documento=CNPJ, status="3").json()["lista"][0]
    assert (row["id"], row["nome_fantasia"], len(row["token"])) == (number, "Padaria", 6)
    changed = {"cliente_observacao": "nova", "cliente_pessoa_juridica": {"nome_fantasia": "Padaria Nova"}}
    assert ask(server, f"cliente/alterar/{number}", "PUT", changed).status_code == 204
    assert server.clientes[0]["nome_fantasia"] == "Padaria Nova"
    assert server.clientes[0]["cnpj_cpf"] == CNPJ


def test_a_client_is_blocked_and_set_free_by_its_field_only(server: MilvusServer) -> None:
    number = ask(server, "cliente/criar", "POST", CLIENT).json()
    for change, active in (({"cliente_ativo": False}, False), ({}, False), ({"cliente_ativo": True}, True)):
        body = {"cliente_pessoa_juridica": {"nome_fantasia": "Padaria"}} | change
        assert ask(server, f"cliente/alterar/{number}", "PUT", body).status_code == 204
        assert server.clientes[0]["is_ativo"] is active


@pytest.mark.parametrize(
    "change",
    [
        {"cliente_documento": 11222333000181},
        {"cliente_documento": ""},
        {"cliente_documento": "123"},
        {"cliente_nome": "x"},
        {"cliente_ativo": "true"},
        {"cliente_pessoa_fisica": {"nome": "Ana"}},
        {"cliente_pessoa_juridica": {"nome": "x"}},
        {"cliente_enderecos": [{"endereco_padrao": True, "endereco_cep": "01310-100"}]},
        {"cliente_enderecos": [{"endereco_padrao": True, "endereco_cidade": "3550308"}]},
        {"cliente_enderecos": [{"endereco_padrao": True, "endereco_estado": "35"}]},
        {"cliente_contatos": [{"contato_padrao": False}]},
        {"cliente_contatos": [{"contato_padrao": True}, {"contato_padrao": True}]},
        {"cliente_contatos": [{"contato_padrao": True, "contato_telefone": "1112345678"}]},
    ],
)
def test_what_makes_no_client(server: MilvusServer, change: dict[str, Any]) -> None:
    assert ask(server, "cliente/criar", "POST", CLIENT | change).status_code == 422
    assert server.clientes == []


def test_who_may_ask_and_what(server: MilvusServer) -> None:
    assert ask(server, "cliente/busca", token="outro").status_code == 401
    assert ask(server, "cliente/busca", token=f"Bearer {TOKEN}").status_code == 401
    assert ask(server, "cliente/lista").status_code == 404
    assert ask(server, "cliente/busca", nome="x").status_code == 422
    assert ask(server, "cliente/busca", status="4").status_code == 422
    odd = requests.get(f"{server.url}/api/cliente/busca", headers={"Authorization": TOKEN, "X-E": "1"}, timeout=60)
    assert odd.status_code == 400
    form = requests.post(f"{server.url}/api/cliente/criar", headers={"Authorization": TOKEN}, data="x", timeout=60)
    assert form.status_code == 422


def test_blocked_clients_are_hidden_and_documents_found_as_they_are_stored(server: MilvusServer) -> None:
    server.add_cliente("11.222.333/0001-81", is_ativo=False)
    assert ask(server, "cliente/busca", documento="11.222.333/0001-81").json()["lista"] == []
    assert ask(server, "cliente/busca", documento=CNPJ, status="3").json()["lista"] == []
    assert len(ask(server, "cliente/busca", documento="11.222.333/0001-81", status="3").json()["lista"]) == 1
    server.quirks.clients.spelling = "any"
    assert len(ask(server, "cliente/busca", documento=CNPJ, status="2").json()["lista"]) == 1


def test_a_list_of_clients_is_cut_without_a_word(server: MilvusServer) -> None:
    for number in range(12):
        server.add_cliente(f"{number:011d}", f"Cliente {number}")
    server.quirks.clients.cap = 5
    pages = [ask(server, "cliente/busca", pagina=str(page)).json() for page in (1, 2, 3)]
    assert [len(page["lista"]) for page in pages] == [5, 5, 2]
    assert set(pages[0]) == {"lista"}
    server.quirks.clients.pages = "ignored"
    assert ask(server, "cliente/busca", pagina="2").json() == pages[0]
    server.quirks.clients.pages = "refused"
    assert ask(server, "cliente/busca", pagina="2").status_code == 422
    assert len(ask(server, "cliente/busca", nome_fantasia="CLIENTE 11").json()["lista"]) == 1
    server.quirks.clients.old = True
    assert "is_ativo" not in ask(server, "cliente/busca").json()["lista"][0]


def ticket(client: dict[str, Any], **more: Any) -> dict[str, Any]:
    given = {"cliente_id": client["token"], "chamado_assunto": "Instalar", "chamado_descricao": "Ref"}
    return given | {f"chamado_{name}": value for name, value in more.items()}


@pytest.mark.parametrize(
    ("form", "read"),
    [("number", lambda c: c), ("quoted", int), ("codigo", lambda c: c["codigo"]), ("id", lambda c: int(c["id"]))],
)
def test_a_ticket_is_opened_and_listed(server: MilvusServer, form: str, read: Any) -> None:
    client = server.add_cliente(CNPJ, "Padaria")
    server.quirks.code = form
    code = read(ask(server, "chamado/criar", "POST", ticket(client, mesa="Suporte")).json())
    answer = ask(server, "chamado/listagem", "POST", {"filtro_body": {"cliente_token": client["token"]}}).json()
    row = answer["lista"][0]
    assert (row["codigo"], row["data_criacao"], row["mesa_trabalho"]) == (code, "2026-07-14 12:00:00", "Suporte")
    assert answer["meta"]["paginate"] == {
        "current_page": "1",
        "total": 1,
        "from": 1,
        "to": 1,
        "last_page": 1,
        "per_page": 50,
    }


def test_what_opens_no_ticket(server: MilvusServer) -> None:
    client = server.add_cliente(CNPJ)
    server.names = {"mesa_trabalho": {"Suporte"}}
    by_id = ticket(client) | {"cliente_id": str(client["id"])}
    bad = [ticket(client) | {"cliente_id": "ZZZZZZ"}, by_id, ticket(client, assunto=""), ticket(client, ref="1")]
    assert [ask(server, "chamado/criar", "POST", one).status_code for one in bad] == [422] * 4
    odd = ask(server, "chamado/criar", "POST", ticket(client, mesa="suporte"))
    assert (odd.status_code, odd.json()) == (500, {"message": "Campo inválido: chamado_mesa"})
    server.quirks.empty_texts = False
    assert ask(server, "chamado/criar", "POST", ticket(client, setor="")).status_code == 422
    server.quirks.contract = "Contrato vencido"
    assert ask(server, "chamado/criar", "POST", ticket(client)).json() == {"message": "Contrato vencido"}
    asked = ask(server, "chamado/validar-abertura-contrato", cliente_token=client["token"]).json()
    assert asked == {"pode_abrir_chamado": False, "mensagem_erro": "Contrato vencido"}
    server.quirks.contract, server.quirks.numeric_client = "", True
    assert ask(server, "chamado/criar", "POST", by_id).status_code == 200
    assert len(server.chamados) == 1


def test_closed_tickets_are_hidden_unless_all_are_asked_for(server: MilvusServer, clock: FixedClock) -> None:
    client, other = server.add_cliente(CNPJ, "Padaria"), server.add_cliente("11144477735", "Padaria Dois")
    codes = [server.add_chamado(one)["codigo"] for one in (client, client, other)]
    server.close_chamado(server.chamados[0])
    clock.advance(3600)
    late = server.add_chamado(client, assunto="Troca de bobina")["codigo"]
    assert listing(server) == [late, codes[2], codes[1]]
    assert listing(server, {"status": 10, "cliente_token": client["token"]}) == [late, *codes[1::-1]]
    assert listing(server, {"status": "Finalizado"}) == codes[:1]
    assert listing(server, {"cliente": "padaria", "status": "10"}, is_descending=False) == [*codes, late]
    assert listing(server, {"data_hora_criacao_inicial": "2026-07-14 12:30:00", "assunto": "bobina"}) == [late]
    assert listing(server, {"data_hora_criacao_final": "2026-07-14 12:30:00"}) == codes[:0:-1]
    for wrong in ({"referencia": "x"}, {"status": 99}, {"data_hora_criacao_inicial": "14/07/2026"}):
        assert ask(server, "chamado/listagem", "POST", {"filtro_body": wrong}).status_code == 422


def test_dialects_of_the_list(server: MilvusServer) -> None:
    client = server.add_cliente(CNPJ)
    codes = [server.add_chamado(client)["codigo"] for _ in range(5)]
    newest = codes[::-1]
    manners = server.quirks.tickets
    assert listing(server, total_registros=2, pagina=2) == newest[2:4]
    asked = ask(server, "chamado/listagem", "POST", {"filtro_body": {}}, total_registros="2", pagina="2").json()
    assert [row["codigo"] for row in asked["lista"]] == newest[2:4]
    manners.place = "query"
    assert listing(server, total_registros=2, pagina=2) == newest
    manners.place, manners.dialect = "body", "page"
    assert listing(server, total_registros=2, pagina=2) == newest
    assert listing(server, is_paginate=True, per_page=2, page=3) == newest[4:]
    manners.strict = True
    answer = ask(server, "chamado/listagem", "POST", {"filtro_body": {}, "pagina": 1})
    assert answer.status_code == 422
    manners.cap, manners.sizes, manners.pages = 3, False, False
    assert listing(server, is_paginate=True, per_page=1, page=2) == newest[:3]
    manners.key, manners.brazilian_dates, manners.tells_total = "data", True, False
    other = ask(server, "chamado/listagem", "POST", {"filtro_body": {}}).json()
    assert (set(other), other["data"][0]["data_criacao"]) == ({"data"}, "14/07/2026 12:00:00")


def test_a_ticket_is_commented_and_finished(server: MilvusServer) -> None:
    row = server.add_chamado(server.add_cliente(CNPJ))
    code = str(row["codigo"])
    comment = {"acompanhamento_ticket": code, "acompanhamento_descricao": "Voltou", "acompanhamento_privado": True}
    assert ask(server, "chamado/acompanhamento/criar", "POST", comment).status_code == 204
    said = ask(server, f"chamado/acompanhamento/{code}").json()["retorno"][0]
    assert (said["texto"], said["privado"]) == ("Voltou", True)
    missing = comment | {"acompanhamento_ticket": "999"}
    assert ask(server, "chamado/acompanhamento/criar", "POST", missing).status_code == 404
    assert ask(server, "chamado/acompanhamento/999").status_code == 404
    done = {"chamado_codigo": code, "chamado_servico_realizado": "Feito"}
    assert ask(server, "chamado/finalizar", "PUT", done).status_code == 422
    row["status"] = "Atendendo"
    assert ask(server, "chamado/finalizar", "PUT", done).json() == row["codigo"]
    assert listing(server) == []


def test_searches_lag_behind_and_a_cut_answer_hides_what_was_done(server: MilvusServer, clock: FixedClock) -> None:
    server.quirks.lag = 30
    server.faults.queue(after(reset()), key="POST cliente/criar")
    with pytest.raises(requests.ConnectionError):
        ask(server, "cliente/criar", "POST", CLIENT)
    assert ask(server, "cliente/busca", documento=CNPJ).json()["lista"] == []
    clock.advance(30)
    assert len(ask(server, "cliente/busca", documento=CNPJ).json()["lista"]) == 1
    assert (server.requests["POST cliente/criar"], len(server.bodies["cliente/criar"])) == (1, 1)


def test_the_state_shows_amounts_only(server: MilvusServer) -> None:
    server.throttle.per_minute = 1
    assert [ask(server, "cliente/busca").status_code for _ in range(2)] == [200, 429]
    state = requests.get(f"{server.url}/_sandbox/estado", timeout=60).json()
    assert state == {"clientes": 0, "chamados": 0, "acompanhamentos": 0, "pedidos": 1, "recusadas": 0}
