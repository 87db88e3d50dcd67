"""What the operator sees of the line and does to it over HTTP; that a user meets none of it is in `test_tenants`."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Configure
from support.api import Client, served
from support.boxes import with_boxes
from support.tenants import ANA, CHEFE, Mundo, mundo


@pytest.fixture
def todos(banco: str, broker: str, loopback: None, configure: Configure, tmp_path: Path) -> Iterator[Mundo]:
    with served() as url:
        yield mundo(url, configure, tmp_path)


@pytest.fixture
def chefe(todos: Mundo) -> Client:
    return todos.clients[CHEFE]


def test_what_is_done_to_the_line_is_seen_in_it(todos: Mundo, chefe: Client) -> None:
    ids = todos.ids[CHEFE]
    alert, lot = f"/api/alertas/{ids['alerta']['id']}", f"/api/lotes/{ids['lote']['id']}"
    assert chefe.get(alert).json()["reconhecido_em"] is None
    assert chefe.post(f"{alert}/reconhecer/").json()["reconhecido_em"]
    assert chefe.get(f"{lot}/").json()["estados"] == {"recusado": 1}
    assert chefe.post(f"{lot}/pausar/").json()["impedimento"] == "pausado"
    assert chefe.post(f"{lot}/retomar/").json()["impedimento"] != "pausado"
    assert chefe.post(f"{lot}/repetir/", {"estado": "recusado"}).json() == {"arquivos": 1}
    assert chefe.get(f"{lot}/").json()["estados"] == {"pendente": 1}
    wrong = chefe.post(f"{lot}/repetir/", {"estado": "enviado"})
    assert (wrong.status_code, list(wrong.json())) == (400, ["estado"])
    waiting = "/api/sync/padrao/pendencias/"
    assert chefe.get(waiting).json()["count"] == 1
    assert chefe.get(f"{waiting}?fluxo=interacoes").json()["count"] == 0
    assert chefe.post(f"{waiting}repetir/", {"ids": [ids["sync"]["numero"]]}).json() == {"pendencias": 1}
    assert chefe.get(waiting).json()["results"] == []
    assert chefe.ask("DELETE", f"{waiting}{ids['sync']['numero']}/").status_code == 409
    assert chefe.ask("DELETE", f"{waiting}nenhum/").status_code == 404
    assert chefe.get("/api/sync/padrao/tarefas/").json()["relatorio"]["avisos"]
    assert chefe.post("/api/filas/padrao/reprocessar/", {}).json() == {"linhas": 0}
    assert chefe.post("/api/filas/padrao/reprocessar/", {"linha": 7}).status_code == 404


def test_a_destination_is_paused_and_goes_on(todos: Mundo) -> None:
    ana, number = todos.clients[ANA], todos.ids[ANA]["webhook"]["id"]
    place = f"/api/destinos/{number}"
    assert ana.post(f"{place}/pausar/").json()["situacao"] == "pausado"
    assert ana.get(f"/api/webhooks/{number}/").json()["ativo"] is False
    resumed = ana.post(f"{place}/retomar/").json()
    assert (resumed["destino"]["situacao"], resumed["entregas"]) == ("ativo", 0)
    tried = ana.post(f"{place}/testar/").json()
    assert (tried["sucesso"], tried["status_code"]) == (False, 0)
    assert ana.get(f"{place}/saude/").json()["falhas_24h"] == 2


def test_an_account_that_is_not_in_the_settings_is_not_there(chefe: Client) -> None:
    for path in (
        "/api/filas/outra/",
        "/api/filas/outra/linhas/",
        "/api/sync/outra/tarefas/",
        "/api/sync/padrao/outro/",
        "/api/sync/outra/pendencias/",
        "/api/sat/outra/",
        "/api/sat/outra/leituras/",
        "/api/sat/a%00b/",
        "/api/alertas/987654/",
        "/api/lotes/987654/",
        "/api/destinos/987654/saude/",
    ):
        assert chefe.get(path).status_code == 404, path
    for path in ("/api/filas/outra/reprocessar/", "/api/sync/outra/pendencias/repetir/"):
        assert chefe.post(path, {}).status_code == 404, path


def test_boxes_come_in_pages_in_one_order(chefe: Client, configure: Configure) -> None:
    with_boxes(configure, *({"name": name, "host": "127.0.0.1", "numero_caixa": n} for n, name in enumerate("cab", 1)))
    met, path = [], "/api/sat/?limit=2"
    while path:
        page = chefe.get(path).json()
        assert page["count"] == 3
        met += [one["nome"] for one in page["results"]]
        path = (page["next"] or "").removeprefix(chefe.url)
    assert met == ["a", "b", "c"]
    assert [one["nome"] for one in chefe.get("/api/sat/?limit=2&page=2").json()["results"]] == ["c"]
    for wrong, status in (("page=3", 404), ("page=0", 404), ("limit=0", 400), ("depois=x", 400), ("ordering=x", 400)):
        assert chefe.get(f"/api/sat/?limit=2&{wrong}").status_code == status, wrong
