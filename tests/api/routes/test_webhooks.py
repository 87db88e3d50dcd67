"""Webhooks over HTTP, up to a real receiver."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import insert
from support.api import Client, person, served
from support.deliveries import attempts, change, deliveries

from core.clock import SYSTEM
from events.delivery.http import sender
from flows.destinos import webhooks
from flows.destinos.webhooks import WebhookView
from flows.eventos import firing
from sandbox.receiver import ReceiverServer
from storage.models.destinos import Destino
from storage.models.eventos import Attempt
from storage.rows import table_of
from storage.session import reading, transaction

PATH = "/api/webhooks/"
FIELDS = set(WebhookView.__dataclass_fields__)
SECRET = "um segredo que ninguém vê"  # pragma: allowlist secret
NEW = {"nome": "ERP", "url": "https://erp.exemplo.com.br/x", "eventos": "nfe_importada, cte_importado"}


@pytest.fixture
def receiver(url: str, loopback: None) -> Iterator[ReceiverServer]:
    with ReceiverServer({"/x": SECRET, "/aberto": None}) as server:
        yield server


def made(client: Client, **more: Any) -> dict[str, Any]:
    answer = client.post(PATH, NEW | more)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def fired(client: Client) -> int:
    """Fire an event; return how many webhooks it has."""
    amount: int = client.post("/api/integracoes/disparar/", {"evento": "nfe_importada"}).json()["webhooks_acionados"]
    return amount


def test_a_webhook_is_made_shown_changed_and_removed_and_its_secret_never_shown(ana: Client) -> None:
    one = made(ana, secret_key=SECRET, headers_customizados={"X-Loja": "7"}, timeout=20, retry_count=3)
    assert one.keys() == FIELDS
    assert (one["eventos"], one["eventos_list"]) == ("cte_importado,nfe_importada", ["cte_importado", "nfe_importada"])
    assert (one["headers_customizados"], one["timeout"], one["retry_count"]) == ({"X-Loja": "***"}, 20, 3)
    assert (one["ativo"], one["usuario_nome"], one["total_execucoes"]) == (True, "ana", 0)
    place = f"{PATH}{one['id']}/"
    for method, body in (("PUT", {"ativo": False}), ("PATCH", {"nome": "Outro"}), ("PUT", {}), ("PUT", one)):
        assert ana.ask(method, place, json=body).status_code == 200
    shown = ana.get(place).json()
    assert {**shown, "data_atualizacao": ""} == {**one, "data_atualizacao": ""}
    with reading() as db:
        kept = db.query(Destino).one()
        assert (kept.secret_key, kept.headers_customizados) == (SECRET, '{"X-Loja": "7"}')
    assert ana.get(PATH).json()["results"] == [shown]
    assert "segredo" not in ana.get(PATH).text
    assert ana.ask("DELETE", place).status_code == 204
    assert ana.get(place).status_code == 404


def test_all_events_are_told_as_the_five_that_come_and_may_be_said_back(clara: Client) -> None:
    one = made(clara, eventos="*")
    listed = clara.get("/api/integracoes/eventos/").json()["eventos"]
    assert one["eventos_list"] == sorted(event["id"] for event in listed)
    answer = clara.ask("PUT", f"{PATH}{one['id']}/", json=one | {"nome": "Outro"})
    assert (answer.status_code, answer.json()["eventos"]) == (200, one["eventos"])
    assert clara.get(f"/api/destinos/{one['id']}/").json()["eventos"] == ["*"]


STOPPED = {"pausado_em": SYSTEM.now(), "desligado_em": None}, {"pausado_em": None, "desligado_em": SYSTEM.now()}


@pytest.mark.parametrize("stopped", STOPPED, ids=("paused", "switched off"))
def test_what_is_shown_of_a_stopped_webhook_and_said_back_loses_none_of_its_events(
    clara: Client, stopped: dict[str, Any]
) -> None:
    one = made(clara)
    place = f"{PATH}{one['id']}/"
    change(one["id"], **stopped)
    shown = clara.get(place).json()
    answer = clara.ask("PUT", place, json=shown | {"nome": "Outro"})
    assert (answer.status_code, answer.json()["nome"], answer.json()["ativo"]) == (200, "Outro", False)
    assert fired(clara) == 1
    assert [one.estado for one in deliveries()] == ["retido"]
    assert clara.post(f"/api/destinos/{one['id']}/retomar/").json()["entregas"] == 1


def test_a_stopped_webhook_that_somebody_turns_off_gets_no_more_events_until_it_is_on_again(clara: Client) -> None:
    one = made(clara)
    place = f"{PATH}{one['id']}/"
    change(one["id"], **STOPPED[0])
    assert clara.ask("PATCH", place, json={"ativo": False}).json()["ativo"] is False
    assert fired(clara) == 0
    assert clara.ask("PATCH", place, json={"ativo": True}).json()["ativo"] is True
    assert fired(clara) == 1
    assert [one.estado for one in deliveries()] == ["pendente"]


def test_a_filter_is_set_tried_and_taken_away(ana: Client, url: str) -> None:
    filtro = {"dados.valor_total": {"$gte": 1000}, "$or": [{"dados.emit_uf": "SP"}, {"dados.emit_uf": "RJ"}]}
    one = made(ana, filtro=filtro)
    assert one["filtro"] == filtro
    refused = ana.ask("PATCH", f"{PATH}{one['id']}/", json={"filtro": {"dados.x": {"$gt": "muito"}}})
    assert (refused.status_code, "filtro" in refused.json()) == (400, True)
    place = f"/api/destinos/{one['id']}/testar-filtro/"
    said = {"evento": "nfe_importada", "dados": {"valor_total": "9"}}
    tried = ana.post(place, said).json()
    assert (tried["passa"], tried["assinado"]) == (False, True)
    assert tried["condicoes"][0]["encontrado"] == ["9"]
    assert ana.post(place, said | {"filtro": {"dados.valor_total": 9}}).json()["passa"] is True
    assert person(url, "bia").post(place, said).status_code == 404
    assert ana.ask("PATCH", f"{PATH}{one['id']}/", json={"filtro": {}}).json()["filtro"] == {}


def test_one_more_than_a_user_may_have_is_refused_and_judged_again(
    clara: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "MOST_OF_ONE", 1)
    number, key = made(clara)["id"], {"Idempotency-Key": "mais-um"}
    refused = clara.post(PATH, NEW, headers=key)
    assert (refused.status_code, "até 1 webhooks" in refused.json()["detail"]) == (409, True)
    assert clara.ask("DELETE", f"{PATH}{number}/").status_code == 204
    assert clara.post(PATH, NEW, headers=key).status_code == 201


def test_without_a_secret_nothing_is_signed(ana: Client) -> None:
    made(ana)
    with reading() as db:
        assert db.query(Destino.secret_key).scalar() is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "nome"),
        ({**NEW, "nome": ""}, "nome"),
        ({**NEW, "nome": "x" * 201}, "nome"),
        ({**NEW, "url": "ftp://a.b"}, "url"),
        ({**NEW, "eventos": "nfe_importada,"}, "eventos"),
        ({**NEW, "eventos": ""}, "eventos"),
        ({**NEW, "eventos": []}, "eventos"),
        ({**NEW, "eventos": ["nfe_importada", "nfe_importada"]}, "eventos"),
        ({**NEW, "eventos": "nfe"}, "eventos"),
        ({**NEW, "eventos": "alerta_aberto"}, "eventos"),
        ({**NEW, "eventos": 7}, "eventos"),
        ({**NEW, "timeout": 4}, "timeout"),
        ({**NEW, "timeout": 31}, "timeout"),
        ({**NEW, "timeout": 2**70}, "timeout"),
        ({**NEW, "retry_count": 0}, "retry_count"),
        ({**NEW, "retry_count": 12}, "retry_count"),
        ({**NEW, "secret_key": "x" * 101}, "secret_key"),
        ({**NEW, "secret_key": "whsec_curto"}, "secret_key"),  # pragma: allowlist secret
        ({**NEW, "headers_customizados": ["a"]}, "headers_customizados"),
        ({**NEW, "headers_customizados": {"Host": "a"}}, "headers_customizados"),
        ({**NEW, "headers_customizados": {"X-A": "a\r\nB: c"}}, "headers_customizados"),
        ({**NEW, "headers_customizados": {"X-A": "***"}}, "headers_customizados"),
        ({**NEW, "ativo": "talvez"}, "ativo"),
    ],
)
def test_what_is_wrong_is_told_by_its_field(clara: Client, body: dict[str, Any], field: str) -> None:
    answer = clara.post(PATH, body)
    assert (answer.status_code, field in answer.json()) == (400, True), answer.text
    assert clara.get(PATH).json()["count"] == 0


def test_nobody_meets_another_s_webhook(url: str, ana: Client) -> None:
    bia, number = person(url, "bia"), made(ana)["id"]
    assert bia.get(PATH).json()["count"] == 0
    for method, tail in (
        *(("GET", "/"), ("PUT", "/"), ("PATCH", "/"), ("DELETE", "/")),
        *(("POST", "/testar/"), ("GET", "/logs/")),
    ):
        foreign, unknown = (bia.ask(method, f"{PATH}{one}{tail}", json={}) for one in (number, 987_654))
        assert (foreign.status_code, unknown.status_code) == (404, 404)
        assert foreign.text == unknown.text.replace("987654", str(number))
    for one in (number, 987_654):
        assert bia.post("/api/integracoes/testar/", {"webhook_id": one}).status_code == 404
    assert ana.get(f"{PATH}{number}/").status_code == 200
    assert person(url, "chefe", staff=True).get(PATH).json()["results"][0]["usuario_nome"] == "ana"


def test_the_end_of_the_service_closes_what_trials_left_open(sqlite: str, loopback: None) -> None:
    with ReceiverServer({"/x": SECRET}) as receiver:
        with served() as address:
            ana = person(address)
            one = made(ana, url=f"{receiver.url}/x", secret_key=SECRET)
            assert ana.post(f"{PATH}{one['id']}/testar/").status_code == 200
            kept = sender.of_process()
        assert sender.of_process() is not kept


def test_a_trial_is_sent_now_and_told_with_its_outcome(receiver: ReceiverServer, ana: Client) -> None:
    good = made(ana, url=f"{receiver.url}/x", secret_key=SECRET, ativo=False)
    bad = made(ana, url=f"{receiver.url}/nao-ha")
    answer = ana.post(f"{PATH}{good['id']}/testar/")
    assert (answer.status_code, answer.json()["status"]) == (200, "success")
    refused = ana.post(f"{PATH}{bad['id']}/testar/")
    assert (refused.status_code, refused.json()["status"], refused.json()["status_code"]) == (400, "error", 404)
    (log,) = ana.get(f"{PATH}{good['id']}/logs/").json()
    assert (log["evento"], log["sucesso"], log["status_code"], log["webhook_nome"]) == ("teste", True, 200, "ERP")
    assert '"usuario":"ana"' in log["payload"].replace('": ', '":')
    assert ana.get(f"{PATH}{good['id']}/logs/?limit=51").status_code == 400
    figures = ana.get(f"{PATH}estatisticas/").json()
    assert figures == {
        "total_webhooks": 2,
        "webhooks_ativos": 1,
        "execucoes_24h": 2,
        "taxa_sucesso": 50.0,
        "total_logs": 2,
        "logs_sucesso": 1,
    }


def test_figures_over_nothing_are_numbers(ana: Client) -> None:
    assert ana.get(f"{PATH}estatisticas/").json()["taxa_sucesso"] == 0


def test_own_data_are_tried_with_a_mark(receiver: ReceiverServer, ana: Client) -> None:
    number = made(ana, url=f"{receiver.url}/x", secret_key=SECRET)["id"]
    asked = {"webhook_id": number, "evento": "cte_importado", "dados": {"numero_ct": "7"}}
    answer = ana.post("/api/integracoes/testar/", asked)
    assert (answer.status_code, answer.json()["evento"], answer.json()["webhook"]) == (200, "cte_importado", "ERP")
    assert ana.post("/api/integracoes/testar/", {}).json() == {"webhook_id": ["Este campo é obrigatório."]}
    assert list(ana.post("/api/integracoes/testar/", {**asked, "evento": "x"}).json()) == ["evento"]
    ((_, body),) = [(one.path, one.body) for one in receiver.requests]
    assert b'"teste"' in body
    assert b'"numero_ct"' in body


def test_own_data_are_of_the_measure_of_what_is_fired(clara: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(firing, "BURST", 2)
    monkeypatch.setattr(firing, "REFILL_SECONDS", 3600.0)
    asked = {"webhook_id": made(clara, url="https://10.0.0.1/x")["id"], "dados": {"texto": "x" * 1500}}
    first, again = (clara.post("/api/integracoes/testar/", asked) for _ in range(2))
    assert (first.status_code, first.json()["status"]) == (400, "error")
    assert (again.status_code, again.json()["error"]) == (429, "Rate limit exceeded")
    assert int(again.headers["retry-after"]) > 3600
    assert len(deliveries()) == 1


def test_bodies_are_whole_as_far_as_there_is_room_and_one_by_itself_always(
    receiver: ReceiverServer, ana: Client
) -> None:
    number = made(ana, url=f"{receiver.url}/x", secret_key=SECRET)["id"]
    for text in ("curto", "é" * 100_000, "x" + "é" * 100_000, "n" * 400_000):
        ana.post("/api/integracoes/testar/", {"webhook_id": number, "dados": {"texto": text}})
    sent = [one.body.decode() for one in receiver.requests]
    shown = ana.get(f"{PATH}{number}/logs/").json()
    assert [one["payload_cortado"] for one in shown] == [False, True, True, False]
    assert [shown[place]["payload"] for place in (0, -1)] == [sent[-1], sent[0]]
    for one, whole in zip(shown[1:3], reversed(sent[1:3]), strict=True):
        assert whole.startswith(one["payload"])
        assert 8_000 < len(one["payload"].encode()) <= 8_192
        assert ana.get(f"/api/entregas/{one['entrega_id']}/").json()["corpo"] == whole


def test_a_body_that_is_shown_often_is_whole_once(receiver: ReceiverServer, ana: Client) -> None:
    number = made(ana, url=f"{receiver.url}/x", secret_key=SECRET)["id"]
    ana.post("/api/integracoes/testar/", {"webhook_id": number, "dados": {"texto": "x" * 400_000}})
    (attempt,) = attempts()
    with transaction() as db:
        again = {one.name: getattr(attempt, one.name) for one in table_of(Attempt).c if one.name != "id"}
        db.execute(insert(Attempt), [again | {"number": place} for place in range(2, 5)])
    shown = ana.get(f"{PATH}{number}/logs/").json()
    assert [one["payload_cortado"] for one in shown] == [False, True, True, True]
    assert sum(len(one["payload"]) for one in shown) < 500_000


def test_events_that_a_webhook_may_name_are_five(ana: Client) -> None:
    listed = ana.get("/api/integracoes/eventos/").json()
    assert (listed["total"], {one["id"] for one in listed["eventos"]}) == (
        5,
        {"nfe_importada", "cte_importado", "consulta_concluida", "documento_atualizado", "erro_importacao"},
    )
    said = [one["descricao"] for one in listed["eventos"]]
    assert all(text.startswith(("Um ", "Uma ")) and text.endswith(".") for text in said), said


def test_an_event_is_fired_to_the_caller_s_own_subscribers(url: str, ana: Client) -> None:
    made(ana)
    made(ana, eventos="erro_importacao")
    made(ana, ativo=False)
    made(person(url, "bia"))
    answer = ana.post("/api/integracoes/disparar/", {"evento": "nfe_importada", "dados": {"a": 1}})
    assert (answer.status_code, answer.json()["webhooks_acionados"]) == (200, 1)
    for body in ({}, {"evento": "x"}, {"evento": "teste"}, {"evento": "nfe_importada", "dados": [1]}):
        assert ana.post("/api/integracoes/disparar/", body).status_code == 400


def test_a_request_with_a_key_is_done_once(url: str, ana: Client) -> None:
    key = {"Idempotency-Key": "pedido-1"}
    first = ana.post(PATH, NEW, headers=key)
    again = ana.ask(
        "POST", PATH, data=str({**NEW}).replace("'", '"'), headers=key | {"content-type": "application/json"}
    )
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    other = ana.post(PATH, NEW | {"nome": "outro"}, headers=key)
    assert (other.status_code, list(other.json())) == (409, ["detail"])
    assert ana.get(PATH).json()["count"] == 1
    assert person(url, "bia").post(PATH, NEW, headers=key).json()["usuario_nome"] == "bia"
    assert ana.post("/api/integracoes/disparar/", {"evento": "nfe_importada"}, headers=key).status_code == 200


def test_a_refused_request_is_judged_again(ana: Client) -> None:
    key = {"Idempotency-Key": "pedido-1"}
    assert ana.post(PATH, NEW | {"timeout": 1}, headers=key).status_code == 400
    assert ana.post(PATH, NEW, headers=key).status_code == 201
    assert ana.post(PATH, NEW, headers={"Idempotency-Key": "x" * 256}).status_code == 400
