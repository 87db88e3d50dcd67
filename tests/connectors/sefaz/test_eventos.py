"""Events of the recipient: signed so that others agree, sent in lots, and each answered.

docs/reference/contracts/sefaz.md §4.
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from datetime import timedelta
from xml.etree.ElementTree import canonicalize

import pytest
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.verifier import SignatureConfiguration, XMLVerifier
from support.sefaz import EMPRESA, INICIO, NFE, Lugar

from connectors.base.faults import Unintelligible
from connectors.sefaz import LoteRespondido, Manifestacao, Resultado, Sefaz, Situacao, Tipo
from connectors.sefaz.retorno import lido, proc_evento
from core.errors import UsageError
from sandbox import faults
from sandbox.documentos.comum import chave
from sandbox.sefaz import Nota

WHY = "A mercadoria não chegou & foi devolvida <ontem>"


@pytest.fixture
def nota(lugar: Lugar) -> Nota:
    lugar.server.comecar(EMPRESA)
    return lugar.server.emitir(EMPRESA)


def of(key: str, tipo: Tipo = Tipo.CIENCIA, sequencia: int = 1) -> Manifestacao:
    return Manifestacao(key, EMPRESA, tipo, INICIO, sequencia, WHY if tipo is Tipo.NAO_REALIZADA else None)


def send(sefaz: Sefaz, *said: Manifestacao) -> LoteRespondido:
    return sefaz.manifestar(1, [sefaz.assinar(one) for one in said])


def states(found: LoteRespondido) -> Sequence[Situacao]:
    return [one.situacao for one in found.eventos]


@pytest.mark.parametrize("tipo", Tipo)
def test_every_kind_is_registered(lugar: Lugar, aberto: Sefaz, nota: Nota, tipo: Tipo) -> None:
    said = of(nota.chave, tipo)
    found = send(aberto, said)
    one = found.de(said.identidade)
    assert one is not None
    assert (found.codigo, found.resultado, one.situacao, one.codigo) == ("128", None, Situacao.REGISTRADO, "135")
    assert (one.protocolo, one.registrado_em) == ("891260000000001", INICIO)


@pytest.mark.parametrize("tipo", Tipo)
def test_the_signature_holds_for_another_program(lugar: Lugar, aberto: Sefaz, tipo: Tipo) -> None:
    signed = aberto.assinar(of(chave("55", 1), tipo))
    expect = SignatureConfiguration(
        signature_methods=frozenset({SignatureMethod.RSA_SHA1}),
        digest_algorithms=frozenset({DigestAlgorithm.SHA1}),
        location="./",
    )
    verifier = XMLVerifier()
    verifier.excise_empty_xmlns_declarations = True
    result = verifier.verify(
        signed,
        x509_cert=lugar.cliente.cadeia[0],
        expect_config=expect,
        id_attribute="Id",
    )
    assert result.signed_xml.tag == f"{{{NFE}}}infEvento"


@pytest.mark.parametrize("tipo", Tipo)
def test_the_digest_is_that_of_another_canonical_form(aberto: Sefaz, tipo: Tipo) -> None:
    text = aberto.assinar(of(chave("55", 1), tipo)).decode()
    info = re.search(r"<infEvento .*</infEvento>", text)
    assert info is not None
    alone = info[0].replace("<infEvento ", f'<infEvento xmlns="{NFE}" ', 1)
    digest = base64.b64encode(hashlib.sha1(canonicalize(alone).encode()).digest()).decode()
    assert f"<DigestValue>{digest}</DigestValue>" in text


def test_a_changed_event_holds_for_nobody(lugar: Lugar, aberto: Sefaz, nota: Nota) -> None:
    signed = aberto.assinar(of(nota.chave)).replace(b"-03:00</dhEvento>", b"-02:00</dhEvento>")
    assert [one.codigo for one in aberto.manifestar(1, [signed]).eventos] == ["297"]


def test_there_is_no_white_space_and_no_prefix_in_a_message(aberto: Sefaz) -> None:
    signed = aberto.assinar(of(chave("55", 1), Tipo.NAO_REALIZADA))
    assert not re.search(rb">\s+<", signed)
    assert b"<ns" not in signed
    assert signed.count(b"xmlns=") == 2
    assert {one.prefix for one in etree.fromstring(signed).iter()} == {None}


def test_a_lot_has_twenty_and_each_its_own_answer(lugar: Lugar, aberto: Sefaz) -> None:
    lugar.server.comecar(EMPRESA)
    notes = [lugar.server.emitir(EMPRESA) for _ in range(19)]
    said = [*(of(one.chave) for one in notes), of(chave("55", 99))]
    found = send(aberto, *said)
    assert states(found) == [Situacao.REGISTRADO] * 19 + [Situacao.RECUSADO]
    with pytest.raises(ValueError, match="from 1 to 20"):
        aberto.manifestar(2, [b""] * 21)


@pytest.mark.parametrize("forma", [frozenset[str](), {"resultado_msg"}, {"soap11"}, {"resultado_msg", "soap11"}])
def test_either_wrapper_is_read(lugar: Lugar, aberto: Sefaz, nota: Nota, forma: set[str]) -> None:
    lugar.server.formas = frozenset(forma)
    assert states(send(aberto, of(nota.chave))) == [Situacao.REGISTRADO]


def test_a_duplicate_is_done_and_an_unlinked_one_registered(lugar: Lugar, aberto: Sefaz, nota: Nota) -> None:
    send(aberto, of(nota.chave))
    assert states(send(aberto, of(nota.chave))) == [Situacao.DUPLICADO]
    lugar.server.sem_vinculo.add(chave("55", 99))
    assert [one.codigo for one in send(aberto, of(chave("55", 99))).eventos] == ["136"]


def test_refusals_are_told_apart(lugar: Lugar, aberto: Sefaz, nota: Nota) -> None:
    early = Manifestacao(nota.chave, EMPRESA, Tipo.CIENCIA, INICIO + timedelta(hours=1))
    assert states(send(aberto, early)) == [Situacao.RELOGIO]
    send(aberto, of(nota.chave, Tipo.CONFIRMACAO))
    assert states(send(aberto, of(nota.chave))) == [Situacao.NAO_CABE]
    lugar.clock.advance(91 * 86_400)
    assert states(send(aberto, of(nota.chave, Tipo.CONFIRMACAO, 2))) == [Situacao.FORA_DO_PRAZO]


def test_a_lot_that_is_refused_whole_has_no_events(lugar: Lugar, aberto: Sefaz, nota: Nota) -> None:
    signed = aberto.assinar(of(nota.chave)).replace(b"<verEvento>1.00</verEvento>", b"")
    found = aberto.manifestar(1, [signed])
    assert (found.codigo, found.resultado, found.eventos) == ("215", Resultado.MENSAGEM, ())


def test_the_action_is_a_setting(lugar: Lugar, nota: Nota, abre: object) -> None:
    assert callable(abre)
    with abre(lugar, acao_evento="nfeRecepcaoEvento") as found, pytest.raises(Exception, match="valid action"):
        send(found, of(nota.chave))


def test_a_lost_answer_may_have_been_registered(lugar: Lugar, aberto: Sefaz, nota: Nota) -> None:
    lugar.server.faults.queue(faults.after(faults.close_early(b"")))
    with pytest.raises(Exception, match="encerrou a conexão") as caught:
        send(aberto, of(nota.chave))
    assert getattr(caught.value, "may_be_stored", False)
    assert states(send(aberto, of(nota.chave))) == [Situacao.DUPLICADO]


def test_an_answer_that_says_nothing_of_its_events_is_none(lugar: Lugar, aberto: Sefaz, nota: Nota) -> None:
    body = f'<a><retEnvEvento xmlns="{NFE}"><cStat>128</cStat></retEnvEvento></a>'
    lugar.server.faults.queue(faults.status(200, body))
    with pytest.raises(Unintelligible, match="nenhum evento"):
        send(aberto, of(nota.chave))


@pytest.mark.parametrize(
    ("codes", "situacao"),
    [
        ("135 136", Situacao.REGISTRADO),
        ("573", Situacao.DUPLICADO),
        ("577 578", Situacao.RELOGIO),
        ("596", Situacao.FORA_DO_PRAZO),
        ("650 655", Situacao.NAO_CABE),
        ("236 404 489 491 492 493 494 572 574 575 579 580 594 595 651 657", Situacao.RECUSADO),
        ("155 297 999", Situacao.ERRO),
    ],
)
def test_a_status_of_an_event_means_what_the_table_says(codes: str, situacao: Situacao) -> None:
    for code in codes.split():
        answer = f"<retEvento><infEvento><cStat>{code}</cStat><nSeqEvento>01</nSeqEvento></infEvento></retEvento>"
        body = f'<a><retEnvEvento xmlns="{NFE}"><cStat>128</cStat>{answer}</retEnvEvento></a>'
        (one,) = lido(body.encode()).eventos
        assert (one.situacao, one.codigo, one.sequencia, one.protocolo) == (situacao, code, 1, None)


def test_what_is_kept_is_what_was_sent_and_what_was_answered(lugar: Lugar, aberto: Sefaz, nota: Nota) -> None:
    signed = aberto.assinar(of(nota.chave))
    kept = proc_evento(signed, aberto.manifestar(1, [signed]).eventos[0])
    assert signed in kept
    root = etree.fromstring(kept)
    assert [etree.QName(one).localname for one in root] == ["evento", "retEvento"]
    assert root.tag == f"{{{NFE}}}procEventoNFe"
    assert b"soap" not in kept


@pytest.mark.parametrize(
    ("tipo", "sequencia", "why", "campo"),
    [
        (Tipo.CIENCIA, 2, None, "sequencia"),
        (Tipo.CONFIRMACAO, 3, None, "sequencia"),
        (Tipo.CONFIRMACAO, 0, None, "sequencia"),
        (Tipo.CONFIRMACAO, 1, "x" * 20, "justificativa"),
        (Tipo.NAO_REALIZADA, 1, None, "justificativa"),
        (Tipo.NAO_REALIZADA, 1, "x" * 14, "justificativa"),
        (Tipo.NAO_REALIZADA, 1, "x" * 256, "justificativa"),
        (Tipo.NAO_REALIZADA, 1, "quinze letras e\numa quebra", "justificativa"),
        (Tipo.NAO_REALIZADA, 1, " com espaço na frente", "justificativa"),
        (Tipo.NAO_REALIZADA, 1, "um sinal de fora: 🚚🚚🚚", "justificativa"),
    ],
)
def test_what_the_layout_does_not_allow_is_not_made(tipo: Tipo, sequencia: int, why: str | None, campo: str) -> None:
    with pytest.raises(UsageError) as caught:
        Manifestacao(chave("55", 1), EMPRESA, tipo, INICIO, sequencia, why)
    assert caught.value.campo == campo


def of_lot(*answers: str) -> LoteRespondido:
    inner = "".join(f"<retEvento><infEvento>{one}</infEvento></retEvento>" for one in answers)
    return lido(f'<a><retEnvEvento xmlns="{NFE}"><cStat>128</cStat>{inner}</retEnvEvento></a>'.encode())


def named(number: int, cstat: str = "135", sequencia: int = 1) -> str:
    key = chave("55", number)
    return f"<cStat>{cstat}</cStat><chNFe>{key}</chNFe><tpEvento>210210</tpEvento><nSeqEvento>{sequencia}</nSeqEvento>"


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ((named(1), named(2)), ["135", "135"]),
        ((named(2, "573"), named(1)), ["135", "573"]),
        ((named(1), "<cStat>574</cStat>"), ["135", "574"]),
        (("<cStat>574</cStat>", named(1)), ["135", None]),
        ((named(1), named(9)), ["135", None]),
        ((named(1),), ["135", None]),
        (("<cStat>574</cStat>",), [None, None]),
        ((named(1), f"<cStat>574</cStat><chNFe>{chave('55', 2)}</chNFe>"), ["135", "574"]),
        ((named(1), named(2, sequencia=2)), ["135", None]),
    ],
)
def test_each_event_has_its_own_answer_or_none(answers: tuple[str, ...], found: list[str | None]) -> None:
    asked = [of(chave("55", number)).identidade for number in (1, 2)]
    assert [one and one.codigo for one in of_lot(*answers).por_evento(asked)] == found
