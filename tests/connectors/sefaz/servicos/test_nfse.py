"""The national NFS-e: a service of JSON without a status of SEFAZ and without a greatest number.

docs/reference/contracts/sefaz.md §1.3.
"""

import json
from base64 import b64encode
from typing import Any

import pytest
from support.sefaz import EMPRESA, FILIAL, INICIO, OUTRA, Lugar

from connectors.base.faults import Blocked, Fault, Overloaded, RateLimited, Refused, Unintelligible
from connectors.base.reading import Reply
from connectors.sefaz import Forma, Pergunta, Resposta, Resultado, Sefaz, servico
from connectors.sefaz.servico import NaoEntendida
from connectors.sefaz.servicos.nfse import MOST_AHEAD, MOST_DOCUMENTS
from connectors.sefaz.servicos.nfse import SERVICO as NFSE
from core.errors import UsageError
from core.settings.sefaz import SefazSettings
from sandbox import faults
from sandbox.documentos.comum import Pessoa
from sandbox.documentos.servicos import cancelamento_de_servico, nota_de_servico
from sandbox.sefaz import bomba

FOUND, NONE, REFUSED = "DOCUMENTOS_LOCALIZADOS", "NENHUM_DOCUMENTO_LOCALIZADO", "REJEICAO"


def ask(aberto: Sefaz, nsu: int = 0, documento: str = EMPRESA) -> Resposta:
    return aberto.perguntar(NFSE, Pergunta(documento, "SP", nsu=nsu))


def publish(lugar: Lugar, amount: int, cnpj: str = EMPRESA) -> None:
    for number in range(1, amount + 1):
        made = nota_de_servico(number, tomador=Pessoa(cnpj))
        lugar.server.nacional.publicar(cnpj, "NFSE", made.chave, made.xml, INICIO)


def says(lugar: Lugar, status: int, **fields: Any) -> None:
    """Let the next answer be this one."""
    lugar.server.faults.queue(faults.status(status, json.dumps(fields)), key="nfse")


def test_pages_end_where_nothing_is_left(lugar: Lugar, aberto: Sefaz) -> None:
    publish(lugar, 3, OUTRA)
    publish(lugar, 51)
    first = ask(aberto)
    assert (first.resultado, len(first.documentos), first.ult_nsu, first.max_nsu) == (
        Resultado.DOCUMENTOS,
        50,
        53,
        None,
    )
    assert {one.tipo for one in first.documentos} == {"NFSE"}
    assert first.ha_mais
    lugar.clock.advance(NFSE.pausa)
    second = ask(aberto, 53)
    assert (len(second.documentos), second.ult_nsu, second.ha_mais) == (1, 54, True)
    lugar.clock.advance(NFSE.pausa)
    last = ask(aberto, 54)
    assert (last.resultado, last.codigo, last.motivo, last.ult_nsu) == (Resultado.NADA, "404", NONE, None)
    assert last.respondida_em == lugar.clock.now()
    assert not last.ha_mais


def test_json_may_come_as_plain_text(lugar: Lugar, aberto: Sefaz) -> None:
    publish(lugar, 1)
    lugar.server.formas = frozenset({"json_em_texto"})
    assert [one.nsu for one in ask(aberto).documentos] == [1]


def test_who_asks_for_many_services_shakes_hands_once(lugar: Lugar, aberto: Sefaz) -> None:
    publish(lugar, 1)
    ask(aberto)
    aberto.perguntar(servico("nfe"), Pergunta(EMPRESA, "SP"))
    assert lugar.server.apertos == 1


def test_a_branch_asks_under_the_certificate_of_its_head_office_and_nobody_else(lugar: Lugar, aberto: Sefaz) -> None:
    assert ask(aberto, documento=FILIAL).resultado is Resultado.NADA
    refused = ask(aberto, documento=OUTRA)
    assert (refused.resultado, refused.codigo) == (Resultado.DESCONHECIDO, "E0001")
    assert refused.motivo == f"CNPJ da consulta difere do certificado {OUTRA}"


def test_a_refusal_is_no_end_even_with_an_empty_list(lugar: Lugar, aberto: Sefaz) -> None:
    says(lugar, 200, StatusProcessamento=REFUSED, LoteDFe=[], Erros=[{"Codigo": "E3317", "Descricao": "Vencido"}])
    says(lugar, 200, StatusProcessamento=REFUSED, LoteDFe=[])
    found = ask(aberto)
    assert (found.resultado, found.codigo, found.motivo) == (Resultado.DESCONHECIDO, "E3317", "Vencido")
    assert (ask(aberto).codigo, found.ha_mais) == ("200", False)


@pytest.mark.parametrize(
    ("status", "fields", "kind"),
    [
        (404, {}, Blocked),
        (404, {"StatusProcessamento": FOUND, "LoteDFe": []}, Blocked),
        (404, {"StatusProcessamento": REFUSED}, Blocked),
        (400, {"title": "Bad Request"}, Refused),
        (400, {"StatusProcessamento": NONE}, Refused),
        (200, {}, Unintelligible),
        (200, {"StatusProcessamento": ["x"]}, Unintelligible),
        (200, {"StatusProcessamento": "OUTRA_PALAVRA"}, Unintelligible),
        (200, {"StatusProcessamento": FOUND, "LoteDFe": []}, Unintelligible),
        (200, {"StatusProcessamento": FOUND, "LoteDFe": None}, Unintelligible),
        (200, {"StatusProcessamento": FOUND, "LoteDFe": {"NSU": 1}}, Unintelligible),
        (200, {"StatusProcessamento": FOUND, "LoteDFe": [{"NSU": None}]}, Unintelligible),
        (200, {"StatusProcessamento": FOUND, "LoteDFe": [{"NSU": 10**16}]}, Unintelligible),
        (200, {"StatusProcessamento": FOUND, "LoteDFe": [{"NSU": 999_999_999_999_999}]}, Unintelligible),
        (200, {"StatusProcessamento": FOUND, "LoteDFe": [{"NSU": 1}] * 1001}, Unintelligible),
        (500, {"StatusProcessamento": NONE}, Overloaded),
    ],
)
def test_everything_else_is_a_fault(
    lugar: Lugar, aberto: Sefaz, status: int, fields: dict[str, Any], kind: type[Fault]
) -> None:
    says(lugar, status, **fields)
    with pytest.raises(kind) as caught:
        ask(aberto)
    assert caught.value.status == status


def test_who_asks_too_fast_is_told_to_wait(lugar: Lugar, aberto: Sefaz) -> None:
    ask(aberto)
    with pytest.raises(RateLimited) as caught:
        ask(aberto)
    assert caught.value.retry_after == 30


def test_a_bad_item_costs_itself(lugar: Lugar, aberto: Sefaz) -> None:
    national, made = lugar.server.nacional, nota_de_servico(1)
    cancelled = cancelamento_de_servico(made)
    for kind, content, raw in (
        ("NFSE", made.xml, False),
        ("EVENTO", cancelled.xml, False),
        ("NFSE", b"isto nao e base64!", True),
        ("NFSE", b"", True),
        ("CNC", made.xml, False),
        ("EVENTO", made.xml, False),
    ):
        national.publicar(EMPRESA, kind, made.chave, content, INICIO, cru=raw)
    found = ask(aberto).documentos
    assert [(one.nsu, one.tipo, one.falha is None) for one in found] == [
        (1, "NFSE", True),
        (2, "EVENTO", True),
        (3, None, False),
        (4, None, False),
        (5, None, False),
        (6, None, False),
    ]
    assert found[2].bruto == b"isto nao e base64!".replace(b" ", b"")
    assert found[5].xml == made.xml


def test_an_item_that_is_none_is_kept_as_it_came(lugar: Lugar, aberto: Sefaz) -> None:
    says(lugar, 200, StatusProcessamento=FOUND, LoteDFe=[{"NSU": "12"}, "x", {"NSU": True, "ArquivoXml": 1}])
    found = ask(aberto)
    assert ([one.nsu for one in found.documentos], found.ult_nsu) == ([12, None, None], 12)
    assert found.documentos[2].bruto == b'"x"'


def test_a_number_that_cannot_be_moves_nothing_and_its_document_is_kept(lugar: Lugar, aberto: Sefaz) -> None:
    says(lugar, 200, StatusProcessamento=FOUND, LoteDFe=[{"NSU": 999_999_999_999_999}, {"NSU": 70_000_000_012}])
    found = ask(aberto, 12)
    assert [one.nsu for one in found.documentos] == [999_999_999_999_999, 70_000_000_012]
    assert found.ult_nsu == 70_000_000_012


def test_a_document_that_inflates_without_end_costs_itself(lugar: Lugar, aberto: Sefaz) -> None:
    lugar.server.nacional.publicar(EMPRESA, "NFSE", "", b64encode(bomba()), INICIO, cru=True)
    (found,) = ask(aberto).documentos
    assert (found.nsu, found.falha) == (1, "o documento aberto passa do limite de tamanho")


def test_a_question_goes_to_the_environment_of_the_settings() -> None:
    for ambiente, base in ((1, "https://adn.nfse.gov.br"), (2, "https://adn.producaorestrita.nfse.gov.br")):
        asked = NFSE.pedido(Pergunta(EMPRESA, "SP", nsu=7), SefazSettings(ambiente=ambiente))
        assert asked.url == f"{base}/contribuintes/DFe/7?cnpjConsulta={EMPRESA}&lote=true"
        assert (asked.method, asked.body) == ("GET", None)
    given = SefazSettings.model_validate({"url_nfse": "https://adn.exemplo/base/"})
    assert NFSE.pedido(Pergunta(EMPRESA, "SP"), given).url.startswith("https://adn.exemplo/base/DFe/0?")


@pytest.mark.parametrize("forma", [Forma.NSU, Forma.CHAVE])
def test_it_has_no_single_questions(lugar: Lugar, aberto: Sefaz, forma: Forma) -> None:
    with pytest.raises(UsageError, match="NFS-e"):
        aberto.perguntar(NFSE, Pergunta(EMPRESA, "SP", forma))
    assert lugar.server.pedidos == []


def read(status: int = 200, nsu: int = 0, **fields: Any) -> Resposta:
    """Read an answer as it would come."""
    return NFSE.resposta(Reply(status, {}, json.dumps(fields).encode()), Pergunta(EMPRESA, "SP", nsu=nsu))


@pytest.mark.parametrize(("ahead", "moved"), [(MOST_AHEAD, True), (MOST_AHEAD + 1, False)])
def test_no_company_is_further_behind_than_the_country_s_numbers_go(ahead: int, moved: bool) -> None:
    fields = {"StatusProcessamento": FOUND, "LoteDFe": [{"NSU": 7 + ahead}]}
    if moved:
        assert read(nsu=7, **fields).ult_nsu == 7 + ahead
    else:
        with pytest.raises(NaoEntendida, match="nenhum com um NSU que possa ser"):
            read(nsu=7, **fields)


@pytest.mark.parametrize("nsu", [0, "0", "", "-1", "1.5", 1.5, [1], True, None, "9" * 16])
def test_what_is_no_number_is_none_and_no_document_is_lost_for_it(nsu: Any) -> None:
    found = read(StatusProcessamento=FOUND, LoteDFe=[{"NSU": nsu, "TipoDocumento": "NFSE"}, {"NSU": " 5 "}])
    assert ([one.nsu for one in found.documentos], found.ult_nsu) == ([None, 5], 5)


def test_a_lot_may_be_as_long_as_one_is_at_most() -> None:
    assert len(read(StatusProcessamento=FOUND, LoteDFe=[{"NSU": 1}] * MOST_DOCUMENTS).documentos) == MOST_DOCUMENTS


@pytest.mark.parametrize(
    ("errors", "code", "said"),
    [
        (None, "400", REFUSED),
        ([], "400", REFUSED),
        ("E1", "400", REFUSED),
        (["E1", None], "400", REFUSED),
        ([{"Codigo": "E1", "Descricao": "Um"}, "x", {"Codigo": "E2", "Complemento": "dois"}], "E1", "Um; dois"),
        ([{"Codigo": "E1", "Descricao": "Um", "Complemento": "a mais"}], "E1", "Um a mais"),
        ([{"Codigo": 5, "Descricao": None}], "", ""),
        ([{"Codigo": "E" * 30, "Descricao": "com\nlinha e \x00"}], "E" * 10, "com linha e �"),
    ],
)
def test_a_refusal_says_the_first_code_and_all_words(errors: Any, code: str, said: str) -> None:
    found = read(400, StatusProcessamento=REFUSED, Erros=errors)
    assert (found.resultado, found.codigo, found.motivo) == (Resultado.DESCONHECIDO, code, said)


def test_what_is_not_understood_says_what_the_service_says() -> None:
    with pytest.raises(NaoEntendida, match=r"^Fora do ar$"):
        read(StatusProcessamento="OUTRA", Erros=[{"Codigo": "E9", "Descricao": "Fora do ar"}])
    with pytest.raises(NaoEntendida, match=r"^$"):
        NFSE.resposta(Reply(200, {}, b"[]"), Pergunta(EMPRESA, "SP"))


@pytest.mark.parametrize("em", [None, 5, "ontem", ""])
def test_an_instant_that_is_none_costs_no_answer(em: Any) -> None:
    found = read(404, StatusProcessamento=NONE, DataHoraProcessamento=em)
    assert (found.resultado, found.respondida_em) == (Resultado.NADA, None)
