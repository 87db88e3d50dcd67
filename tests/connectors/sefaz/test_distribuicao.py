"""Questions of distribution against the local SEFAZ: what each answer means, and what of it is kept.

docs/reference/contracts/sefaz.md §3.
"""

import base64
import gzip
import tracemalloc

import pytest
from support.sefaz import EMPRESA, FILIAL, INICIO, OUTRA, Lugar

from connectors.base.faults import Fault, Overloaded, Unintelligible, UnknownOutcome
from connectors.sefaz import Forma, Pergunta, Resposta, Resultado, Sefaz, servico
from connectors.sefaz.registro import servicos
from core.errors import UsageError
from sandbox import faults
from sandbox.documentos.conhecimentos import conhecimento
from sandbox.sefaz import bomba, comprimido, soap_fault

NFE, CTE = servico("nfe"), servico("cte")
NOTA, MIB = b'<resNFe xmlns="http://www.portalfiscal.inf.br/nfe"/>', 1024 * 1024


def ask(sefaz: Sefaz, nsu: int = 0, nome: str = "nfe", documento: str = EMPRESA) -> Resposta:
    return sefaz.perguntar(servico(nome), Pergunta(documento, "SP", nsu=nsu))


def publish(lugar: Lugar, amount: int) -> None:
    lugar.server.comecar(EMPRESA)
    for _ in range(amount):
        lugar.server.publicar(EMPRESA, "nfe", "resNFe_v1.01.xsd", NOTA)


def test_the_first_answer_of_all_is_nothing(aberto: Sefaz) -> None:
    found = ask(aberto)
    assert (found.resultado, found.codigo, found.ult_nsu, found.max_nsu) == (Resultado.NADA, "137", 0, 0)
    assert found.motivo == "Nenhum documento localizado"
    assert found.respondida_em == INICIO
    assert not found.ha_mais


def test_pages_say_whether_there_is_more(lugar: Lugar, aberto: Sefaz) -> None:
    publish(lugar, 81)
    lugar.server.serie(EMPRESA).paginas.append(31)
    first, second = ask(aberto), ask(aberto, 31)
    assert (first.resultado, len(first.documentos), first.ult_nsu, first.max_nsu) == (Resultado.DOCUMENTOS, 31, 31, 81)
    assert first.ha_mais
    assert (len(second.documentos), second.ult_nsu, second.ha_mais) == (50, 81, False)
    assert [one.nsu for one in first.documentos] == list(range(1, 32))
    assert {(one.tipo, one.xml, one.falha) for one in first.documentos} == {("resNFe", NOTA, None)}


def test_undue_use_has_no_greatest_number(lugar: Lugar, aberto: Sefaz) -> None:
    publish(lugar, 3)
    ask(aberto)
    found = ask(aberto, 3)
    assert (found.resultado, found.ult_nsu, found.max_nsu) == (Resultado.CONSUMO_INDEVIDO, 3, 0)
    assert "aguardado 1 hora" in found.motivo
    assert not found.ha_mais


@pytest.mark.parametrize(
    ("cstat", "resultado"),
    [
        ("108", Resultado.PARADO),
        ("109", Resultado.PARADO),
        ("215", Resultado.MENSAGEM),
        ("243", Resultado.MENSAGEM),
        ("402", Resultado.MENSAGEM),
        ("252", Resultado.AMBIENTE),
        ("280", Resultado.CERTIFICADO),
        ("286", Resultado.CERTIFICADO),
        ("472", Resultado.CERTIFICADO),
        ("473", Resultado.CERTIFICADO),
        ("593", Resultado.CERTIFICADO),
        ("489", Resultado.AUTOR),
        ("490", Resultado.AUTOR),
        ("589", Resultado.NSU_ACIMA),
        ("632", Resultado.INDISPONIVEL),
        ("640", Resultado.INDISPONIVEL),
        ("641", Resultado.INDISPONIVEL),
        ("653", Resultado.INDISPONIVEL),
        ("654", Resultado.INDISPONIVEL),
        ("999", Resultado.DESCONHECIDO),
    ],
)
def test_a_status_means_what_the_table_says(lugar: Lugar, aberto: Sefaz, cstat: str, resultado: Resultado) -> None:
    lugar.server.serie(EMPRESA).forcados.append(cstat)
    found = ask(aberto)
    assert (found.resultado, found.codigo) == (resultado, cstat)
    assert found.motivo


def test_a_branch_asks_under_the_certificate_of_its_head_office(lugar: Lugar, aberto: Sefaz) -> None:
    assert ask(aberto, documento=FILIAL).resultado is Resultado.NADA
    assert ask(aberto, documento=OUTRA).resultado is Resultado.CERTIFICADO


def test_a_cte_comes_whole_and_its_time_without_offset_is_that_of_brasilia(lugar: Lugar, aberto: Sefaz) -> None:
    lugar.server.comecar(EMPRESA, "cte")
    lugar.server.publicar(EMPRESA, "cte", "procCTe_v4.00.xsd", conhecimento().xml)
    found = ask(aberto, nome="cte")
    assert [one.tipo for one in found.documentos] == ["procCTe"]
    assert found.respondida_em == INICIO


def test_an_answer_in_soap_1_1_is_read(lugar: Lugar, aberto: Sefaz) -> None:
    publish(lugar, 1)
    lugar.server.formas = frozenset({"soap11"})
    assert [one.nsu for one in ask(aberto).documentos] == [1]


@pytest.mark.parametrize("forma", [frozenset[str](), frozenset({"chave_nsu_ausente"})], ids=["zero", "absent"])
def test_an_answer_by_key_has_no_number(lugar: Lugar, aberto: Sefaz, forma: frozenset[str]) -> None:
    lugar.server.comecar(EMPRESA)
    nota = lugar.server.emitir(EMPRESA)
    lugar.server.formas = forma
    found = aberto.perguntar(NFE, Pergunta(EMPRESA, "SP", Forma.CHAVE, chave=nota.chave))
    assert [(one.nsu, one.tipo) for one in found.documentos] == [(None, "resNFe")]
    assert not found.ha_mais


def test_a_refusal_without_numbers_has_none_and_not_zero(lugar: Lugar, aberto: Sefaz) -> None:
    lugar.server.comecar(EMPRESA)
    nota = lugar.server.emitir(EMPRESA)
    lugar.server.cancelar(nota)
    lugar.server.formas = frozenset({"recusa_sem_nsu"})
    found = aberto.perguntar(NFE, Pergunta(EMPRESA, "SP", Forma.CHAVE, chave=nota.chave))
    assert (found.resultado, found.codigo, found.ult_nsu, found.max_nsu) == (Resultado.INDISPONIVEL, "653", None, None)


def test_a_form_that_a_service_does_not_have_is_not_asked(lugar: Lugar, aberto: Sefaz) -> None:
    with pytest.raises(UsageError, match="CT-e não tem consulta por chave"):
        aberto.perguntar(CTE, Pergunta(EMPRESA, "SP", Forma.CHAVE, chave="3" * 44))
    assert lugar.server.pedidos == []


def test_a_single_question_says_nothing_of_more(lugar: Lugar, aberto: Sefaz) -> None:
    publish(lugar, 60)
    ask(aberto)
    found = aberto.perguntar(NFE, Pergunta(EMPRESA, "SP", Forma.NSU, nsu=7))
    assert [one.nsu for one in found.documentos] == [7]
    assert not found.ha_mais


BAD = {
    "no gzip": (b"isto nao e gzip", "resNFe_v1.01.xsd", "não é gzip"),
    "cut": (comprimido(NOTA)[:20], "resNFe_v1.01.xsd", "cortado"),
    "more behind": (comprimido(NOTA) + b"mais", "resNFe_v1.01.xsd", "outros dados"),
    "bomb": (bomba(), "resNFe_v1.01.xsd", "limite de tamanho"),
    "no XML": (comprimido(b"texto"), "resNFe_v1.01.xsd", "não é XML"),
    "unknown schema": (comprimido(NOTA), "resOutra_v9.99.xsd", "não é conhecido"),
    "another root": (comprimido(NOTA), "procNFe_v4.00.xsd", "a raiz é 'resNFe'"),
    "no schema": (comprimido(NOTA), "", "não é conhecido"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_document_costs_itself_and_is_kept(lugar: Lugar, aberto: Sefaz, name: str) -> None:
    packed, schema, falha = BAD[name]
    publish(lugar, 1)
    lugar.server.publicar(EMPRESA, "nfe", schema, packed, cru=True)
    publish(lugar, 1)
    found = ask(aberto)
    good, bad, behind = found.documentos
    assert (good.xml, behind.xml, found.ult_nsu) == (NOTA, NOTA, 3)
    assert falha in (bad.falha or "")
    assert (bad.nsu, bad.schema, bad.tipo) == (2, schema, None)
    assert bad.bruto == packed or bad.xml == NOTA


def test_a_page_of_bombs_takes_no_memory(lugar: Lugar, aberto: Sefaz) -> None:
    lugar.server.comecar(EMPRESA)
    packed = bomba()
    for _ in range(50):
        lugar.server.publicar(EMPRESA, "nfe", "resNFe_v1.01.xsd", packed, cru=True)
    tracemalloc.start()
    try:
        found = ask(aberto)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(found.documentos) == 50
    assert all(one.bruto and not one.xml for one in found.documentos)
    assert peak < 100 * MIB


def test_documents_of_a_page_have_a_limit_together(lugar: Lugar, aberto: Sefaz) -> None:
    lugar.server.comecar(EMPRESA)
    large = comprimido(b"<resNFe>" + b" " * (9 * MIB) + b"</resNFe>")
    for _ in range(9):
        lugar.server.publicar(EMPRESA, "nfe", "resNFe_v1.01.xsd", large, cru=True)
    found = ask(aberto)
    assert [one.xml is not None for one in found.documentos] == [True] * 7 + [False] * 2
    assert all(one.bruto == large for one in found.documentos[7:])


def test_no_question_is_asked_twice(lugar: Lugar, aberto: Sefaz) -> None:
    lugar.server.faults.queue(faults.after(faults.close_early(b"")))
    publish(lugar, 3)
    with pytest.raises(UnknownOutcome):
        ask(aberto)
    assert [one.cstat for one in lugar.server.pedidos] == ["138"]
    found = ask(aberto)
    assert (found.resultado, found.ult_nsu) == (Resultado.CONSUMO_INDEVIDO, 3)


@pytest.mark.parametrize("soap11", [False, True], ids=["1.2", "1.1"])
@pytest.mark.parametrize(("status", "kind"), [(500, Overloaded), (200, Unintelligible)])
def test_a_soap_fault_is_a_fault_with_its_words(
    lugar: Lugar,
    aberto: Sefaz,
    soap11: bool,
    status: int,
    kind: type[Fault],
) -> None:
    lugar.server.faults.queue(soap_fault("Erro interno do servico", soap11=soap11, status=status))
    with pytest.raises(kind) as caught:
        ask(aberto)
    assert str(caught.value).endswith(": Erro interno do servico.")
    assert "11.222.333/0001-81" in str(caught.value)
    assert ask(aberto).resultado is Resultado.NADA


def answered(body: bytes) -> bytes:
    return (
        b'<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body><retDistDFeInt '
        b'xmlns="http://www.portalfiscal.inf.br/nfe">%b</retDistDFeInt></e:Body></e:Envelope>' % body
    )


@pytest.mark.parametrize(
    "body",
    [
        answered(b""),
        answered(b"<cStat>x</cStat>"),
        answered("<cStat>١٣٧</cStat>".encode()),
        answered(b"<cStat>138</cStat><ultNSU>%b</ultNSU><loteDistDFeInt><docZip/></loteDistDFeInt>" % (b"9" * 5000)),
        answered(b"<cStat>138</cStat><ultNSU>1</ultNSU>"),
        answered(b"<cStat>138</cStat><loteDistDFeInt><docZip/></loteDistDFeInt>"),
        answered(b"<cStat>138</cStat><ultNSU>9</ultNSU><loteDistDFeInt>" + b"<docZip/>" * 51 + b"</loteDistDFeInt>"),
        answered(b"<cStat>137</cStat>")[:-10],
        b'<!DOCTYPE a [<!ENTITY b "c">]>' + answered(b"<cStat>137</cStat>"),
        answered(b"<cStat>137</cStat>").replace(b"/nfe", b"/cte"),
        gzip.compress(answered(b"<cStat>137</cStat>")),
    ],
)
def test_an_answer_that_says_too_little_is_none(lugar: Lugar, aberto: Sefaz, body: bytes) -> None:
    lugar.server.faults.queue(faults.status(200, body))
    with pytest.raises(Unintelligible):
        ask(aberto)


LATIN, MARKED = "iso8859-1", b'<?xml version="1.0" encoding="%b"?>'


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"", "Serviço em operação".encode(LATIN)),
        (MARKED % b"UTF-8", "Serviço em operação".encode(LATIN)),
        (MARKED % b"utf-16", "Serviço em operação".encode()),
        (MARKED % b"iso-8859-1", "Serviço em operação".encode()),
    ],
    ids=["no word of it", "said to be UTF-8", "said to be UTF-16", "said to be Latin-1"],
)
def test_an_answer_is_read_in_whatever_encoding_its_bytes_are(
    lugar: Lugar, aberto: Sefaz, head: bytes, words: bytes
) -> None:
    """It would count as lost, and the numbering has moved."""
    said = b"<cStat>138</cStat><xMotivo>%b</xMotivo><ultNSU>1</ultNSU><maxNSU>1</maxNSU>" % words
    lot = b'<docZip NSU="1" schema="resNFe_v1.01.xsd">%b</docZip>' % base64.b64encode(comprimido(NOTA))
    body = head + answered(said + b"<loteDistDFeInt>%b</loteDistDFeInt>" % lot)
    lugar.server.faults.queue(faults.status(200, body))
    found = ask(aberto)
    assert [(one.nsu, one.xml) for one in found.documentos] == [(1, NOTA)]
    assert found.motivo == "Serviço em operação"


def test_an_answer_whose_encoding_is_not_certain_loses_letters_and_no_document(lugar: Lugar, aberto: Sefaz) -> None:
    said = b"<cStat>137</cStat><xMotivo>Servi\xc3\xa7o em opera\xe7\xe3o</xMotivo><ultNSU>7</ultNSU><maxNSU>9</maxNSU>"
    lugar.server.faults.queue(faults.status(200, answered(said)))
    found = ask(aberto)
    assert (found.resultado, found.ult_nsu, found.max_nsu) == (Resultado.NADA, 7, 9)
    assert found.motivo.startswith("Serviço em opera")


def test_the_words_of_a_soap_fault_in_latin_1_are_told(lugar: Lugar, aberto: Sefaz) -> None:
    fault = "<e:Fault><e:Reason><e:Text>Serviço paralisado</e:Text></e:Reason></e:Fault>"
    body = f'<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body>{fault}</e:Body></e:Envelope>'
    lugar.server.faults.queue(faults.status(500, body.encode(LATIN)))
    with pytest.raises(Overloaded, match="Serviço paralisado"):
        ask(aberto)


@pytest.mark.parametrize(
    "written", ["ontem", "2026-02-30T10:00:00-03:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", ""]
)
def test_an_instant_that_nobody_can_keep_is_none(lugar: Lugar, aberto: Sefaz, written: str) -> None:
    body = answered(b"<cStat>137</cStat><dhResp>%b</dhResp><ultNSU>%b</ultNSU>" % (written.encode(), b"9" * 16))
    lugar.server.faults.queue(faults.status(200, body))
    found = ask(aberto)
    assert (found.resultado, found.respondida_em, found.ult_nsu) == (Resultado.NADA, None, None)


def test_services_are_found_by_name() -> None:
    assert set(servicos()) >= {"nfe", "cte"}
    assert {one.descanso for one in servicos().values()} == {3600.0}
    with pytest.raises(UsageError, match="Os que há: cte, nfe"):
        servico("nfce")
