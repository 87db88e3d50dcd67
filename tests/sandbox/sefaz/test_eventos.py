"""Events of the recipient: what is registered, what is refused, and what follows.

docs/reference/contracts/sefaz.md §4.
"""

import base64
import gzip
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from support.sefaz import EMPRESA, FILIAL, INICIO, OUTRA, Lugar, dist, evento, lote, manifestar, status_de_evento

from sandbox.documentos.comum import chave
from sandbox.sefaz import Nota

DAY = timedelta(days=1)
CONFIRMA = {"tipo": "210200", "nome": "Confirmacao da Operacao"}
DESCONHECE = {"tipo": "210220", "nome": "Desconhecimento da Operacao"}
NAO_REALIZADA = {"tipo": "210240", "nome": "Operacao nao Realizada"}


def send(lugar: Lugar, *events: str) -> list[str]:
    return status_de_evento(manifestar(lugar, lote(*events)))


@pytest.fixture
def nota(lugar: Lugar) -> Nota:
    lugar.server.comecar(EMPRESA)
    return lugar.server.emitir(EMPRESA)


def test_an_event_is_registered_with_a_protocol(lugar: Lugar, nota: Nota) -> None:
    told = manifestar(lugar, lote(evento(lugar.cliente, nota.chave)))
    assert status_de_evento(told) == ["135"]
    assert "<cStat>128</cStat>" in told.texto
    assert "<nProt>891260000000001</nProt>" in told.texto
    assert "<dhRegEvento>2026-11-26T09:00:00-03:00</dhRegEvento>" in told.texto
    assert "<nfeRecepcaoEventoNFResult" in told.texto
    lugar.server.formas = frozenset({"resultado_msg"})
    assert "<nfeResultMsg" in manifestar(lugar, lote(evento(lugar.cliente, nota.chave))).texto


def test_the_second_of_the_same_is_a_duplicate(lugar: Lugar, nota: Nota) -> None:
    one = evento(lugar.cliente, nota.chave)
    assert send(lugar, one) + send(lugar, one) == ["135", "573"]
    assert len(lugar.server.registrados) == 1


def test_twenty_make_a_lot_and_one_bad_one_costs_itself(lugar: Lugar) -> None:
    lugar.server.comecar(EMPRESA)
    notes = [lugar.server.emitir(EMPRESA) for _ in range(20)]
    events = [evento(lugar.cliente, one.chave) for one in notes]
    events[3] = events[3].replace("<cOrgao>91<", "<cOrgao>35<")
    assert send(lugar, *events) == ["135"] * 3 + ["250"] + ["135"] * 16
    told = manifestar(lugar, lote(*events, evento(lugar.cliente, chave("55", 21))))
    assert told.cstat == "215"
    assert status_de_evento(told) == []


@pytest.mark.parametrize(
    ("changed", "cstat"),
    [
        (lambda text: text.replace("<evento", " <evento", 1), "588"),
        (lambda text: text.replace("</infEvento>", "</infEvento>\n"), "588"),
        (lambda text: text.replace("<tpEvento>210210</tpEvento>", ""), "215"),
        (lambda text: text.replace('versao="1.00"><infEvento', 'versao="1.01"><infEvento'), "215"),
        (
            lambda text: text.replace("<Signature xmlns", "<x:Signature xmlns:x").replace(
                "</Signature>", "</x:Signature>"
            ),
            "404",
        ),
    ],
)
def test_a_lot_that_is_not_as_it_should_be_is_refused_whole(
    lugar: Lugar, nota: Nota, changed: Callable[[str], str], cstat: str
) -> None:
    told = manifestar(lugar, changed(lote(evento(lugar.cliente, nota.chave))))
    assert told.cstat == cstat
    assert lugar.server.registrados == []


@pytest.mark.parametrize(
    ("given", "changed", "cstat"),
    [
        ({}, ("<cOrgao>91<", "<cOrgao>35<"), "250"),
        ({}, ("<tpAmb>2<", "<tpAmb>1<"), "252"),
        ({"cnpj": "11222333000180"}, None, "489"),
        ({"cnpj": OUTRA}, None, "593"),
        ({"tipo": "110111"}, None, "491"),
        ({}, ("<verEvento>1.00<", "<verEvento>2.00<"), "492"),
        ({"nome": "Ciência da Operação"}, None, "493"),
        (NAO_REALIZADA, None, "493"),
        ({**NAO_REALIZADA, "detalhe": "<xJust>curta</xJust>"}, None, "493"),
        ({"sequencia": 2}, None, "594"),
        ({**CONFIRMA, "sequencia": 3}, None, "594"),
        ({}, ('Id="ID210210', 'Id="ID210200'), "572"),
        ({}, None, "135"),
        ({"em": INICIO + timedelta(minutes=6)}, None, "578"),
        ({"em": INICIO - DAY}, None, "577"),
        ({"cnpj": FILIAL}, None, "575"),
        ({}, ("<dhEvento>2026-11-26T09:00:00", "<dhEvento>2026-11-26T09:00:01"), "297"),
        ({}, ("<DigestValue>", "<DigestValue>A"), "297"),
        ({}, ("<SignatureValue>", "<SignatureValue>AAAA"), "297"),
        ({}, ("rsa-sha1", "rsa-sha256"), "298"),
        ({}, ("<X509Certificate>", "<X509SubjectName>x</X509SubjectName><X509Certificate>AA"), "298"),
        ({}, ('URI="#ID', 'URI="#XX'), "298"),
    ],
)
def test_an_event_is_judged_field_by_field(
    lugar: Lugar, nota: Nota, given: dict[str, object], changed: tuple[str, str] | None, cstat: str
) -> None:
    text = evento(lugar.cliente, nota.chave, **given)  # type: ignore[arg-type]
    assert send(lugar, text.replace(*changed) if changed else text) == [cstat]


def test_an_unknown_note_is_refused_or_registered_without_it(lugar: Lugar) -> None:
    key = chave("55", 77)
    assert send(lugar, evento(lugar.cliente, key)) == ["494"]
    lugar.server.sem_vinculo.add(key)
    assert send(lugar, evento(lugar.cliente, key)) == ["136"]


def test_each_conclusive_one_may_be_given_twice(lugar: Lugar, nota: Nota) -> None:
    for number in (1, 2):
        assert send(lugar, evento(lugar.cliente, nota.chave, **CONFIRMA, sequencia=number)) == ["135"]
    assert send(lugar, evento(lugar.cliente, nota.chave, **DESCONHECE)) == ["135"]
    assert send(lugar, evento(lugar.cliente, nota.chave)) == ["655"]


@pytest.mark.parametrize(("given", "cstat"), [({}, "650"), (DESCONHECE, "651"), (CONFIRMA, "135")])
def test_a_cancelled_note_is_neither_taken_note_of_nor_disowned(
    lugar: Lugar, nota: Nota, given: dict[str, str], cstat: str
) -> None:
    lugar.server.cancelar(nota)
    assert send(lugar, evento(lugar.cliente, nota.chave, **given)) == [cstat]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("days", "given", "cstat"), [(10, {}, "135"), (11, {}, "596"), (90, CONFIRMA, "135"), (91, CONFIRMA, "596")]
)
def test_time_runs_from_the_authorisation(lugar: Lugar, days: int, given: dict[str, str], cstat: str) -> None:
    nota = lugar.server.emitir(EMPRESA, emitida_em=INICIO - 24 * DAY)
    lugar.clock.advance(days * 86_400)
    assert send(lugar, evento(lugar.cliente, nota.chave, em=lugar.clock.now(), **given)) == [cstat]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "follows"),
    [
        ({}, True),
        (CONFIRMA, True),
        (DESCONHECE, False),
        ({**NAO_REALIZADA, "detalhe": f"<xJust>{'x' * 15}</xJust>"}, True),
    ],
)
def test_the_full_document_follows_but_not_a_denial(
    lugar: Lugar,
    nota: Nota,
    given: dict[str, str],
    follows: bool,
) -> None:
    lugar.server.demora = timedelta(minutes=10)
    assert dist(lugar).nsus == (1, 1)
    assert send(lugar, evento(lugar.cliente, nota.chave, **given)) == ["135"]  # type: ignore[arg-type]
    lugar.clock.advance(3600)
    told = dist(lugar, 1)
    assert told.cstat == ("138" if follows else "137")
    if follows:
        packed = re.search(r'schema="procNFe_v4.00.xsd">([^<]+)<', told.texto)
        assert packed is not None
        assert f"NFe{nota.chave}".encode() in gzip.decompress(base64.b64decode(packed[1]))
