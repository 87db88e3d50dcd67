"""Consultations over HTTP, of documents that a real SEFAZ brought."""

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Configure
from support.api import Client, importing, person
from support.consultas import Loja, loja
from support.sefaz import EMPRESA, sefaz

from flows.sefaz import importacoes_pedidas
from flows.usuarios import tokens
from sandbox.documentos.comum import Pessoa
from sandbox.documentos.notas import nota
from sandbox.sefaz.textos import FORNECEDOR

PATH = "/api/consultas/"
NOTES = 3


@pytest.fixture
def minha(url: str, tmp_path: Path, configure: Configure) -> Iterator[Loja]:
    """A company that was consulted: whole notes, and a summary."""
    with sefaz(tmp_path) as lugar:
        found = loja(lugar, configure)
        found.receber(1)
        for number in range(1, NOTES):
            made = nota(number, emitente=FORNECEDOR, destinatario=Pessoa(EMPRESA, "Padaria"))
            lugar.server.publicar(EMPRESA, "nfe", "procNFe_v4.00.xsd", made.xml)
        found.consultar()
        yield found


@pytest.fixture
def dona(url: str, minha: Loja) -> Client:
    return Client(url, tokens.criar("ana").token)


def the_one(client: Client) -> dict[str, Any]:
    (found,) = client.get(PATH).json()["results"]
    shown: dict[str, Any] = client.get(f"{PATH}{found['id']}/").json()
    return shown


def test_a_consultation_is_shown_with_its_documents_by_role_and_its_figures(minha: Loja, dona: Client) -> None:
    shown = the_one(dona)
    assert (shown["status"], shown["tipo_documento"], shown["total_encontrados"]) == ("CONCLUIDA", "NFE", NOTES)
    assert shown["log_detalhado"]
    figures = shown["estatisticas"]
    assert (figures["total"], figures["importados"], figures["pendentes"]) == (NOTES, NOTES - 1, 1)
    assert figures["DESTINATARIO"] == len(shown["documentos"]["DESTINATARIO"]) == NOTES
    assert {one["chave_acesso"] for one in shown["documentos"]["DESTINATARIO"]} == minha.chaves
    assert shown["depois"] is None


def test_many_documents_come_in_pages(dona: Client) -> None:
    number, met = the_one(dona)["id"], []
    depois = ""
    while True:
        page = dona.get(f"{PATH}{number}/?limit=1{depois}").json()
        met += [one["id"] for some in page["documentos"].values() for one in some]
        if page["depois"] is None:
            break
        depois = f"&depois={page['depois']}"
    assert len(met) == len(set(met)) == NOTES
    for wrong in ("limit=0", "limit=1001", "depois=x", f"depois={2**70}"):
        assert dona.get(f"{PATH}{number}/?{wrong}").status_code == 400


def test_documents_are_exported_as_csv_and_zip(minha: Loja, dona: Client) -> None:
    number = the_one(dona)["id"]
    table = dona.get(f"{PATH}{number}/exportar.csv")
    assert (table.status_code, table.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert f'filename="consulta-{number}.csv"' in table.headers["content-disposition"]
    lines = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig")), delimiter=";"))
    assert (len(lines), lines[0][0]) == (1 + NOTES, "Número")
    packed = dona.get(f"{PATH}{number}/xmls.zip")
    assert (packed.status_code, packed.headers["content-type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        assert archive.testzip() is None
        named = {name.removeprefix("NFe/").removesuffix(".xml") for name in archive.namelist()}
    assert named < minha.chaves
    assert len(named) == NOTES - 1


def test_a_document_is_imported_once_and_one_without_its_text_is_not(minha: Loja, dona: Client) -> None:
    documents = the_one(dona)["documentos"]["DESTINATARIO"]
    done, waits = ([one["id"] for one in documents if one["importado"] is whole] for whole in (True, False))
    for number in (done[0], waits[0]):
        answer = dona.post(f"/api/documento/{number}/importar/")
        assert (answer.status_code, list(answer.json())) == (409, ["detail"])
    issued = next(iter(minha.server.notas.values()))
    importing("ana", issued.feita.xml, cnpj=issued.emitente.documento)
    answer = dona.post(f"/api/documento/{waits[0]}/importar/")
    assert (answer.status_code, answer.json()) == (
        200,
        {"sucesso": True, "mensagem": f"Documento {issued.chave} importado."},
    )
    assert the_one(dona)["estatisticas"]["pendentes"] == 0


def test_nobody_meets_another_s_consultation(url: str, dona: Client) -> None:
    shown, bia = the_one(dona), person(url, "bia")
    number = shown["id"]
    assert bia.get(PATH).json()["results"] == []
    for method, tail in (("GET", "/"), ("GET", "/exportar.csv"), ("GET", "/xmls.zip"), ("POST", "/importar/")):
        foreign, unknown = (bia.ask(method, f"{PATH}{one}{tail}") for one in (number, 987_654))
        assert (foreign.status_code, unknown.status_code) == (404, 404)
        assert foreign.text == unknown.text.replace("987654", str(number))
    document = shown["documentos"]["DESTINATARIO"][0]["id"]
    foreign, unknown = (bia.post(f"/api/documento/{one}/importar/") for one in (document, 987_654))
    assert (foreign.status_code, foreign.json()) == (unknown.status_code, unknown.json())
    assert (foreign.status_code, list(foreign.json())) == (403, ["erro"])
    chefe = person(url, "chefe", staff=True)
    assert chefe.get(PATH).json()["results"][0]["usuario"] == "ana"


def test_what_is_pending_is_left_to_the_workers_also_where_no_message_reaches_them(dona: Client) -> None:
    number = the_one(dona)["id"]
    for _ in range(2):
        answer = dona.post(f"{PATH}{number}/importar/")
        assert (answer.status_code, answer.json()) == (202, {"pendentes": 1})
    assert importacoes_pedidas.devidas() == [number]
