"""Who may speak with the local SEFAZ, and how."""

import http.client
import re
import ssl
from pathlib import Path

import pytest
from support.sefaz import (
    CTE,
    EMPRESA,
    INICIO,
    NFE,
    OUTRA,
    SOAP12,
    Lugar,
    dist,
    envelope,
    pergunta,
    perguntar,
    post,
    sefaz,
    tls,
)

from sandbox import faults
from sandbox.sefaz import Autoridade, soap_fault
from sandbox.sefaz.autoridade import TIPOS

ACTION = f"{NFE}/wsdl/NFeDistribuicaoDFe/nfeDistDFeInteresse"
PATH = "/NFeDistribuicaoDFe/NFeDistribuicaoDFe.asmx"


def test_the_server_sees_the_certificate_of_the_company(lugar: Lugar) -> None:
    assert dist(lugar).cstat == "137"
    assert [one.titular for one in lugar.server.pedidos] == [EMPRESA]


@pytest.mark.parametrize("tipo", sorted(TIPOS))
def test_it_finds_the_cnpj_in_any_text_type(lugar: Lugar, tipo: str) -> None:
    cliente = lugar.autoridade.cliente(EMPRESA, tipo=tipo, no_nome=False)
    assert perguntar(lugar, pergunta(), context=tls(lugar, cliente)).cstat == "137"
    assert lugar.server.pedidos[0].titular == EMPRESA


def test_no_certificate_is_no_answer(lugar: Lugar) -> None:
    with pytest.raises((ssl.SSLError, OSError, http.client.HTTPException)):
        perguntar(lugar, pergunta(), context=tls(lugar, None))
    assert lugar.server.pedidos == []


def test_a_certificate_of_another_authority_is_no_answer(lugar: Lugar, tmp_path: Path) -> None:
    (tmp_path / "outra").mkdir()
    stranger = Autoridade(tmp_path / "outra", "Outra AC").cliente(EMPRESA)
    with pytest.raises((ssl.SSLError, OSError, http.client.HTTPException)):
        perguntar(lugar, pergunta(), context=tls(lugar, stranger))
    assert lugar.server.pedidos == []


def test_a_client_that_trusts_another_authority_does_not_ask(lugar: Lugar, tmp_path: Path) -> None:
    (tmp_path / "outra").mkdir()
    other = Autoridade(tmp_path / "outra", "Outra AC")
    with pytest.raises(ssl.SSLCertVerificationError):
        perguntar(lugar, pergunta(), context=tls(lugar, lugar.cliente, ca=other.raiz))


def test_without_its_intermediate_the_root_alone_is_not_enough(tmp_path: Path) -> None:
    with sefaz(tmp_path, intermediaria=False) as lugar:
        with pytest.raises(ssl.SSLCertVerificationError):
            dist(lugar)
        context = tls(lugar, lugar.cliente)
        context.load_verify_locations(lugar.autoridade.intermediaria)
        assert perguntar(lugar, pergunta(), context=context).cstat == "137"


def test_it_may_ask_for_the_certificate_after_the_request(tmp_path: Path) -> None:
    with sefaz(tmp_path, tardio=True) as lugar:
        assert dist(lugar).cstat == "137"
        assert [one.titular for one in lugar.server.pedidos] == [EMPRESA]
        refused = tls(lugar, lugar.cliente)
        refused.post_handshake_auth = False
        assert perguntar(lugar, pergunta(), context=refused).status == 403


@pytest.mark.parametrize(
    ("path", "action", "body", "status", "said"),
    [
        (PATH, f"{ACTION}2", envelope(pergunta()), 500, "valid action"),
        (PATH, "", envelope(pergunta()), 500, "valid action"),
        ("/outro.asmx", ACTION, envelope(pergunta()), 404, ""),
        (PATH, ACTION, envelope(pergunta(), soap="http://schemas.xmlsoap.org/soap/envelope/"), 500, "SOAP version"),
        (PATH, ACTION, "isto não é XML", 500, "Unable to read"),
        (PATH, ACTION, envelope(pergunta(), "cte"), 500, "nfeDistDFeInteresse"),
        (PATH, ACTION, envelope(pergunta()).replace("DadosMsg", "Dados"), 500, "nfeDadosMsg"),
        (PATH, ACTION, envelope(""), 500, "one message"),
    ],
)
def test_an_envelope_that_is_not_as_it_should_be_is_a_fault(
    lugar: Lugar, path: str, action: str, body: str, status: int, said: str
) -> None:
    found = post(tls(lugar, lugar.cliente), lugar, path, action, body)
    assert found.status == status
    assert said in found.texto
    assert lugar.server.pedidos == []


@pytest.mark.parametrize(
    ("message", "cstat"),
    [
        (pergunta(antes="<tpAmb>2</tpAmb>"), "137"),
        (pergunta(antes="<cUFAutor>35</cUFAutor><tpAmb>2</tpAmb>"), "215"),
        (pergunta(antes="<tpAmb>2</tpAmb><cUFAutor>99</cUFAutor>"), "215"),
        (pergunta(antes="<tpAmb>1</tpAmb><cUFAutor>35</cUFAutor>"), "252"),
        (pergunta(antes="<tpAmb>3</tpAmb><cUFAutor>35</cUFAutor>"), "215"),
        (pergunta(ns=CTE), "215"),
        (pergunta(versao="1.00"), "239"),
        (pergunta(cnpj="11222333000180"), "489"),
        (pergunta(cnpj=OUTRA), "593"),
        (pergunta("<distNSU><ultNSU>0</ultNSU></distNSU>"), "215"),
        (pergunta("<distNSU><NSU>000000000000000</NSU></distNSU>"), "215"),
        (pergunta("<outra><ultNSU>000000000000000</ultNSU></outra>"), "215"),
        (pergunta("<consChNFe><chNFe>123</chNFe></consChNFe>"), "215"),
        (pergunta(f"<consChNFe><chNFe>{'3' * 44}</chNFe></consChNFe>"), "236"),
        (pergunta().replace("<CNPJ>", "\n<CNPJ>"), "588"),
        (f" {pergunta()}", "588"),
        (f"{pergunta()}\n", "588"),
        (pergunta().replace("<distDFeInt xmlns=", "<n:distDFeInt xmlns:n=").replace("</distDFe", "</n:distDFe"), "404"),
    ],
)
def test_a_question_is_read_strictly(lugar: Lugar, message: str, cstat: str) -> None:
    assert perguntar(lugar, message).cstat == cstat


def test_a_cte_question_needs_its_state_and_has_no_key(lugar: Lugar) -> None:
    good = pergunta(ns=CTE, versao="1.00")
    assert perguntar(lugar, good, "cte").cstat == "137"
    without = pergunta(ns=CTE, versao="1.00", antes="<tpAmb>2</tpAmb>")
    assert perguntar(lugar, without, "cte").cstat == "215"
    by_key = pergunta(f"<consChNFe><chNFe>{'3' * 44}</chNFe></consChNFe>", ns=CTE, versao="1.00")
    assert perguntar(lugar, by_key, "cte").cstat == "215"


def test_an_answer_has_the_wrappers_of_its_service_in_either_version(lugar: Lugar) -> None:
    told = dist(lugar).texto
    assert f'"{SOAP12}"' in told
    assert f'<nfeDistDFeInteresseResponse xmlns="{NFE}/wsdl/NFeDistribuicaoDFe"><nfeDistDFeInteresseResult>' in told
    assert re.search(r"<dhResp>2026-11-26T09:00:00-03:00</dhResp>", told)
    lugar.server.formas = frozenset({"soap11"})
    cte = dist(lugar, servico="cte").texto
    assert "http://schemas.xmlsoap.org/soap/envelope/" in cte
    assert "<cteDistDFeInteresseResult>" in cte
    assert "<dhResp>2026-11-26T09:00:00</dhResp>" in cte


def test_faults_come_when_they_are_asked_for(lugar: Lugar) -> None:
    lugar.server.faults.queue(soap_fault("Caiu"), soap_fault("Caiu", soap11=True), faults.status(503), key="nfe")
    first, second, third = (dist(lugar) for _ in range(3))
    assert (first.status, second.status, third.status) == (500, 500, 503)
    assert "soap:Receiver" in first.texto
    assert "<faultstring>Caiu</faultstring>" in second.texto
    assert lugar.server.pedidos == []
    assert dist(lugar).cstat == "137"


def test_a_lost_answer_was_one_all_the_same(lugar: Lugar) -> None:
    lugar.server.comecar(EMPRESA)
    lugar.server.publicar(EMPRESA, "nfe", "resNFe_v1.01.xsd", b"<resNFe/>")
    lugar.server.faults.queue(faults.after(faults.close_early(b"")))
    with pytest.raises((OSError, http.client.HTTPException)):
        dist(lugar)
    assert lugar.server.serie(EMPRESA).ult_nsu == 1
    assert dist(lugar).cstat == "656"


def test_handshakes_are_counted(lugar: Lugar) -> None:
    for _ in range(2):
        dist(lugar, servico="cte")
    assert lugar.server.apertos == 2
    assert lugar.server.estado() == {"pedidos": 2, "apertos": 2, "notas": 0, "eventos": 0}
    assert lugar.clock.now() == INICIO
