"""The miniature of the national NFS-e reads strictly. docs/reference/contracts/sefaz.md §1.3."""

import http.client
import json
from importlib.resources import as_file, files

import pytest
from lxml import etree
from support.sefaz import EMPRESA, INICIO, OUTRA, PATIENCE_SECONDS, Lugar

from core.documentos.validacao import Resultado, validar
from sandbox.documentos.servicos import cancelamento_de_servico, nota_de_servico

GOOD = f"/contribuintes/DFe/0?cnpjConsulta={EMPRESA}&lote=true"


def get(lugar: Lugar, path: str = GOOD, method: str = "GET", accept: str = "application/json") -> tuple[int, str]:
    link = http.client.HTTPSConnection("127.0.0.1", lugar.server.port, context=lugar.context, timeout=PATIENCE_SECONDS)
    try:
        link.request(method, path, headers={"Accept": accept})
        reply = link.getresponse()
        return reply.status, reply.read().decode()
    finally:
        link.close()


@pytest.mark.parametrize(
    ("path", "method", "accept", "status"),
    [
        (GOOD, "GET", "*/*", 404),
        (GOOD, "POST", "*/*", 405),
        (GOOD, "GET", "application/xml", 406),
        ("/contribuintes/DFe/?lote=true", "GET", "*/*", 404),
        ("/contribuintes/DFe/-1?lote=true", "GET", "*/*", 404),
        (GOOD.replace("lote=true", "lote=false"), "GET", "*/*", 400),
        (f"{GOOD}&ultNSU=7", "GET", "*/*", 400),
        (GOOD.replace(EMPRESA, "1"), "GET", "*/*", 400),
        (GOOD.replace(EMPRESA, OUTRA), "GET", "*/*", 400),
    ],
)
def test_a_question_is_read_strictly(lugar: Lugar, path: str, method: str, accept: str, status: int) -> None:
    assert get(lugar, path, method, accept)[0] == status


def test_nothing_more_is_said_in_words_and_an_address_that_is_none_is_not(lugar: Lugar) -> None:
    assert json.loads(get(lugar)[1])["StatusProcessamento"] == "NENHUM_DOCUMENTO_LOCALIZADO"
    assert get(lugar, "/contribuintes/DFe/x")[1] == ""


def test_a_page_has_what_comes_after_and_the_next_comes_after_a_pause(lugar: Lugar) -> None:
    for number in range(1, 53):
        lugar.server.nacional.publicar(EMPRESA, "NFSE", "", nota_de_servico(number).xml, INICIO)
    assert len(json.loads(get(lugar)[1])["LoteDFe"]) == 50
    assert get(lugar)[0] == 429
    lugar.clock.advance(5)
    assert [one["NSU"] for one in json.loads(get(lugar, GOOD.replace("DFe/0", "DFe/51"))[1])["LoteDFe"]] == [52]


def test_what_it_gives_is_valid_by_the_national_schemas() -> None:
    made = nota_de_servico(7)
    assert validar(made.xml).resultado is Resultado.VALIDO
    path = files("nfelib") / "nfse" / "schemas" / "v1_0" / "evento_v1.01.xsd"
    with as_file(path) as schema:
        etree.XMLSchema(etree.parse(schema)).assertValid(etree.fromstring(cancelamento_de_servico(made).xml))
