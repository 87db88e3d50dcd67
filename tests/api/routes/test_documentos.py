"""Documents over HTTP: the forms of the contract, and nobody sees another's."""

from typing import Any

import pytest
from support.api import Client, importing, person

from sandbox.documentos.conhecimentos import conhecimento
from sandbox.documentos.notas import nota

LISTS = {
    "nfe": {
        "id",
        "chave_acesso",
        "numero_nf",
        "serie",
        "data_emissao",
        "emit_cnpj",
        "emit_nome",
        "dest_nome",
        "valor_total",
        "status_nfe",
    },
    "cte": {
        "id",
        "chave_acesso",
        "numero_ct",
        "serie",
        "data_emissao",
        "municipio_inicio",
        "municipio_fim",
        "emit_cnpj",
        "emit_nome",
        "dest_nome",
        "valor_total",
        "status_cte",
    },
}


def rows(client: Client, path: str) -> list[dict[str, Any]]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def test_lists_have_the_fields_of_the_contract_with_money_as_text_and_times_with_their_offset(ana: Client) -> None:
    importing("ana", nota(12, serie=3).xml, conhecimento(7).xml)
    (note,), (freight,) = rows(ana, "/api/nfe/"), rows(ana, "/api/cte/")
    assert (note.keys(), freight.keys()) == (LISTS["nfe"], LISTS["cte"])
    assert (note["numero_nf"], note["serie"], note["status_nfe"]) == ("12", "3", "100")
    assert (freight["numero_ct"], freight["valor_total"]) == ("7", "250.00")
    assert note["data_emissao"].endswith("-03:00")
    assert isinstance(note["valor_total"], str)


def test_a_document_is_shown_whole_and_its_text_as_it_came(ana: Client) -> None:
    made = nota(12)
    importing("ana", made.xml)
    (row,) = rows(ana, "/api/nfe/")
    whole = ana.get(f"/api/nfe/{row['id']}/").json()
    assert {name: whole[name] for name in row} == row
    assert (whole["total_itens"], len(whole["itens"]), whole["itens"][0]["numero_item"]) == (1, 1, 1)
    text = ana.get(f"/api/nfe/{row['id']}/xml")
    assert (text.content, text.headers["content-type"]) == (made.xml, "application/xml")
    assert ana.get(f"/api/cte/{row['id']}/").status_code == 404
    assert ana.get(f"/api/cte/{row['id']}/xml").status_code == 404


def test_pages_follow_each_other_by_next_and_back_by_previous(ana: Client) -> None:
    importing("ana", *(nota(number).xml for number in range(1, 8)))
    seen, address = [], "/api/nfe/?limit=3&ordering=numero_nf"
    while address:
        page = ana.get(address.removeprefix(ana.url)).json()
        assert (page["count"], "count_exact" in page) == (7, False)
        seen.append([row["numero_nf"] for row in page["results"]])
        address = page["next"]
    assert seen == [["1", "2", "3"], ["4", "5", "6"], ["7"]]
    back = ana.get(page["previous"].removeprefix(ana.url)).json()
    assert [row["numero_nf"] for row in back["results"]] == seen[1]
    assert ana.get("/api/nfe/?limit=3&page=4").status_code == 404


def test_sums_and_figures(ana: Client) -> None:
    first, second = nota(1), nota(2)
    importing("ana", first.xml, second.xml, conhecimento(1).xml)
    totals = ana.get("/api/nfe/totais/").json()
    assert (totals["total_notas"], totals.keys()) == (
        2,
        {"total_notas", "valor_total", "valor_produtos", "valor_icms", "valor_ipi"},
    )
    (issuer,) = ana.get("/api/nfe/por_emitente/").json()
    assert (issuer["total_notas"], issuer["valor_total"]) == (2, totals["valor_total"])
    (route,) = ana.get("/api/cte/rotas/").json()
    assert (route["total_ctes"], route["valor_total"]) == (1, "250.00")
    assert ana.get("/api/cte/totais/").json()["valor_total"] == "250.00"
    figures = ana.get("/api/dashboard/").json()
    assert (figures["nfe_total"], figures["cte_total"], figures["nfe_valor_total"]) == (2, 1, totals["valor_total"])
    assert ana.get("/api/statistics/").json().keys() == {"top_emitentes", "top_produtos", "top_rotas", "vendas_por_mes"}


def test_sums_over_nothing_are_zero(ana: Client) -> None:
    assert ana.get("/api/nfe/totais/").json()["valor_total"] == "0.00"
    assert ana.get("/api/cte/totais/").json()["valor_carga"] == "0.00"


def test_search_finds_in_both_and_asks_what_for(ana: Client) -> None:
    importing("ana", nota(1).xml, conhecimento(1).xml)
    found = ana.get("/api/search/", params={"q": nota(1).chave}).json()
    assert (len(found["nfes"]), len(found["ctes"]), found["total_results"]) == (1, 0, 1)
    assert found["nfes"][0].keys() == LISTS["nfe"]
    for empty in ("", " "):
        answer = ana.get("/api/search/", params={"q": empty})
        assert (answer.status_code, list(answer.json())) == (400, ["error"])


PATHS = (
    "/api/nfe/",
    "/api/nfe/totais/",
    "/api/nfe/por_emitente/",
    "/api/cte/",
    "/api/cte/totais/",
    "/api/cte/rotas/",
    "/api/logs/",
    "/api/dashboard/",
    "/api/statistics/",
    "/api/search/?q=1",
)


@pytest.mark.parametrize("slash", [True, False], ids=["slash", "none"])
def test_nobody_sees_another_s(url: str, ana: Client, slash: bool) -> None:
    bia, clear = person(url, "bia"), {}
    paths = [path if slash else path.replace("/?", "?").rstrip("/") for path in PATHS]
    for path in paths:
        clear[path] = bia.get(path).json()
    importing("ana", nota(1).xml, conhecimento(1).xml)
    assert {path: bia.get(path).json() for path in paths} == clear
    for kind in LISTS:
        number = rows(ana, f"/api/{kind}/")[0]["id"]
        for tail in ("/", "", "/xml"):
            foreign, unknown = (bia.get(f"/api/{kind}/{one}{tail}") for one in (number, 987_654))
            assert (foreign.status_code, unknown.status_code) == (404, 404)
            assert foreign.text == unknown.text.replace("987654", str(number))


def test_staff_see_all(url: str, ana: Client) -> None:
    importing("ana", nota(1).xml)
    assert len(rows(person(url, "chefe", staff=True), "/api/nfe/")) == 1
