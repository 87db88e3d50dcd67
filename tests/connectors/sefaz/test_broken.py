"""Whatever comes as an answer or as a file is understood or refused, and nothing else happens."""

import contextlib
import json
import random
from datetime import UTC, datetime

import pytest
from support.sefaz import EMPRESA, INICIO, NFE

from connectors.base.reading import Reply
from connectors.sefaz import LoteRespondido, Pergunta, Resposta, retorno, servico
from connectors.sefaz.servico import NaoEntendida
from core.certificado import Certificado, CertificadoRecusado, abrir
from sandbox.documentos.mutacoes import mutados
from sandbox.documentos.notas import nota
from sandbox.documentos.servicos import nota_de_servico
from sandbox.sefaz import Autoridade, comprimido, distribuicao, envelope
from sandbox.sefaz.envelope import SOAP12
from sandbox.sefaz.nacional import CAMINHO, Nacional
from sandbox.sefaz.serie import Achado, Guardado
from sandbox.sefaz.servicos import EVENTO_WSDL, SERVICOS

HOW_MANY = 1500


def distributed() -> bytes:
    made = nota()
    lot = tuple(Guardado(number, "procNFe_v4.00.xsd", comprimido(made.xml), INICIO) for number in (7, 8))
    inner = distribuicao.escrever(Achado("138", "Documentos", 8, 9, lot), SERVICOS[0], "2", INICIO)
    wrappers = ("nfeDistDFeInteresseResponse", "nfeDistDFeInteresseResult")
    return envelope.answer(inner, wrappers, SERVICOS[0].wsdl, SOAP12)


def registered() -> bytes:
    inner = (
        f'<retEnvEvento versao="1.00" xmlns="{NFE}"><idLote>1</idLote><cStat>128</cStat><xMotivo>Lote</xMotivo>'
        f'<retEvento versao="1.00"><infEvento><cStat>135</cStat><chNFe>{"3" * 44}</chNFe><tpEvento>210210</tpEvento>'
        "<nSeqEvento>1</nSeqEvento><dhRegEvento>2026-11-26T09:00:00-03:00</dhRegEvento><nProt>1</nProt></infEvento>"
        "</retEvento></retEnvEvento>"
    )
    return envelope.answer(inner, ("nfeRecepcaoEventoNFResult",), EVENTO_WSDL, SOAP12)


def test_a_broken_answer_of_distribution_is_understood_or_not() -> None:
    good, understood = distributed(), 0
    for content in mutados(HOW_MANY, 1, [good]):
        with contextlib.suppress(NaoEntendida):
            found = servico("nfe").resposta(Reply(200, {}, content), Pergunta(EMPRESA, "SP"))
            assert isinstance(found, Resposta)
            assert all(one.xml is not None or (one.bruto is not None and one.falha) for one in found.documentos)
            understood += 1
    assert 0 < understood < HOW_MANY


def test_a_broken_answer_in_json_is_understood_or_not() -> None:
    national, understood = Nacional("2"), 0
    for number in (1, 2):
        made = nota_de_servico(number)
        national.publicar(EMPRESA, "NFSE", made.chave, made.xml, INICIO)
    path, query = f"{CAMINHO}0", f"cnpjConsulta={EMPRESA}&lote=true"
    good = json.dumps(national.responder("GET", path, query, "*/*", EMPRESA, INICIO).corpo).encode()
    for content in mutados(HOW_MANY, 3, [good]):
        with contextlib.suppress(NaoEntendida):
            found = servico("nfse").resposta(Reply(200, {}, content), Pergunta(EMPRESA, "SP"))
            assert isinstance(found, Resposta)
            assert all(one.xml is not None or (one.bruto is not None and one.falha) for one in found.documentos)
            understood += 1
    assert 0 < understood < HOW_MANY


def test_a_broken_answer_about_events_is_understood_or_not() -> None:
    good, understood = registered(), 0
    for content in mutados(HOW_MANY, 2, [good]):
        with contextlib.suppress(NaoEntendida):
            assert isinstance(retorno.lido(content), LoteRespondido)
            understood += 1
    assert 0 < understood < HOW_MANY


@pytest.fixture(scope="module")
def pfx(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    made = Autoridade(tmp_path_factory.mktemp("ac")).cliente(EMPRESA, fim=datetime(2127, 1, 1, tzinfo=UTC))
    return made.pfx


def test_a_broken_file_is_opened_or_refused(pfx: bytes) -> None:
    chance, refused = random.Random(3), 0
    for _ in range(150):
        content = bytearray(pfx)
        for _ in range(chance.randint(1, 4)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        try:
            found = abrir(bytes(content[: chance.randint(1, len(content))]), "senha-do-arquivo")
        except CertificadoRecusado:
            refused += 1
        else:
            assert isinstance(found, Certificado)
    assert refused > 100
