"""The server of the national environment: what is issued and published to whom, and who holds a certificate."""

import gzip
import http.client
from collections.abc import Iterator
from datetime import timedelta

import pytest
from support.sefaz import EMPRESA, INICIO, OUTRA, Lugar, dist, pergunta, perguntar, tls, usual

from core.clock import FixedClock
from sandbox.documentos.comum import Pessoa, cpf
from sandbox.sefaz.server import FORMAS, SefazServer

DAY = timedelta(days=1)
PERSON = cpf(123456780)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(INICIO)


@pytest.fixture
def server(clock: FixedClock) -> SefazServer:
    """A server that nobody can ask yet."""
    return SefazServer(usual(), clock)


def kept(server: SefazServer, cnpj: str = EMPRESA, servico: str = "nfe") -> list[tuple[int, str]]:
    return [(one.nsu, one.schema) for one in server.serie(cnpj, servico).documentos.values()]


def test_a_note_that_is_issued_is_known_and_its_recipient_gets_the_summary(server: SefazServer) -> None:
    server.comecar(EMPRESA)
    nota = server.emitir(EMPRESA)
    assert server.notas == {nota.chave: nota}
    assert kept(server) == [(1, "resNFe_v1.01.xsd")]
    summary = gzip.decompress(server.serie(EMPRESA).documentos[1].conteudo)
    assert (summary, nota.completa) == (nota.resumo(), False)


def test_whose_numbering_has_not_begun_gets_nothing_of_it(server: SefazServer) -> None:
    nota = server.emitir(EMPRESA)
    assert (kept(server), set(server.notas)) == ([], {nota.chave})


def test_every_note_has_a_number_of_its_own_whoever_issues_it(server: SefazServer) -> None:
    notes = [server.emitir(EMPRESA, emitente=Pessoa(who)) for who in (OUTRA, OUTRA, EMPRESA)]
    assert [one.chave[25:34] for one in notes] == ["000000001", "000000002", "000000003"]


@pytest.mark.parametrize(("situacao", "status"), [("1", "100"), ("2", "302")])
def test_a_denied_note_is_denied_by_its_own_protocol(server: SefazServer, situacao: str, status: str) -> None:
    nota = server.emitir(EMPRESA, situacao=situacao)
    assert f"<cStat>{status}</cStat>" in nota.feita.texto
    assert f"<cSitNFe>{situacao}</cSitNFe>" in nota.resumo().decode()


def test_a_note_may_be_issued_before_it_is_received_in_the_environment_of_the_server(clock: FixedClock) -> None:
    server = SefazServer(usual(), clock, ambiente="1")
    nota = server.emitir(EMPRESA, emitida_em=INICIO - DAY)
    assert (nota.emitida_em, nota.recebida_em) == (INICIO - DAY, INICIO)
    assert "<dhEmi>2026-11-25T09:00:00-03:00</dhEmi>" in nota.feita.texto
    assert "<dhRecbto>2026-11-26T09:00:00-03:00</dhRecbto>" in nota.feita.texto
    assert "<tpAmb>1</tpAmb>" in nota.feita.texto


def test_a_cancellation_is_told_to_the_recipient_and_remembered(server: SefazServer) -> None:
    server.comecar(EMPRESA)
    nota = server.emitir(EMPRESA)
    server.cancelar(nota)
    assert nota.situacao == "3"
    assert kept(server) == [(1, "resNFe_v1.01.xsd"), (2, "resEvento_v1.01.xsd")]


def test_a_numbering_begins_once_and_is_of_one_service(server: SefazServer, clock: FixedClock) -> None:
    server.comecar(EMPRESA)
    clock.advance(60)
    server.comecar(EMPRESA)
    assert server.serie(EMPRESA).usada_em == INICIO
    assert server.publicar(EMPRESA, "cte", "procCTe_v4.00.xsd", b"<cteProc/>") is None


def test_what_is_published_is_packed_unless_it_is_given_as_it_is(server: SefazServer) -> None:
    server.comecar(EMPRESA, "cte")
    for raw in (False, True):
        server.publicar(EMPRESA, "cte", "procCTe_v4.00.xsd", b"<cteProc/>", cru=raw)
    packed, bare = (one.conteudo for one in server.serie(EMPRESA, "cte").documentos.values())
    assert (gzip.decompress(packed), bare) == (b"<cteProc/>", b"<cteProc/>")


def test_every_way_to_answer_is_named() -> None:
    assert {"soap11", "json_em_texto", "resultado_msg", "chave_nsu_ausente", "recusa_sem_nsu"} == FORMAS


@pytest.fixture
def connection(lugar: Lugar) -> Iterator[http.client.HTTPSConnection]:
    made = http.client.HTTPSConnection("127.0.0.1", lugar.server.port, context=lugar.context, timeout=60)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/NFeDistribuicaoDFe/NFeDistribuicaoDFe.asmx", 405),
        ("PUT", "/NFeRecepcaoEvento4/NFeRecepcaoEvento4.asmx", 405),
        ("POST", "/NFeDistribuicaoDFe/", 404),
        ("POST", "/", 404),
        ("GET", "/MDFeDistribuicaoDFe/MDFeDistribuicaoDFe.asmx", 404),
    ],
)
def test_there_is_a_door_for_each_service_and_it_takes_a_post(
    lugar: Lugar, connection: http.client.HTTPSConnection, method: str, path: str, status: int
) -> None:
    connection.request(method, path)
    assert connection.getresponse().status == status
    assert lugar.server.pedidos == []


def test_a_company_that_only_its_name_names_is_known_by_it(lugar: Lugar) -> None:
    named = lugar.autoridade.cliente(EMPRESA, tipo=None, nome="EMPRESA: FILHOS")
    assert perguntar(lugar, pergunta(), context=tls(lugar, named)).cstat == "137"
    assert [one.titular for one in lugar.server.pedidos] == [EMPRESA]


def test_a_person_asks_for_what_is_the_own(lugar: Lugar) -> None:
    context = tls(lugar, lugar.autoridade.cliente(EMPRESA, cpf=PERSON))
    question = pergunta().replace(f"<CNPJ>{EMPRESA}</CNPJ>", f"<CPF>{PERSON}</CPF>")
    assert [perguntar(lugar, one, context=context).cstat for one in (question, pergunta())] == ["137", "593"]
    assert {one.titular for one in lugar.server.pedidos} == {PERSON}


def test_what_was_asked_is_kept_with_what_was_answered(lugar: Lugar) -> None:
    dist(lugar)
    perguntar(lugar, pergunta(cnpj=OUTRA))
    kept = [(one.servico, one.forma, one.valor, one.cstat, one.em) for one in lugar.server.pedidos]
    assert kept == [("nfe", "distNSU", "0" * 15, "137", INICIO), ("nfe", "", "", "593", INICIO)]
