"""Signatures of documents: what is right, what was changed, who signed. Made with other means than they are checked."""

from datetime import timedelta

import pytest
from support.assinado import MORRE, NASCE, assinado, certificado

from core.clock import FixedClock
from core.documentos.assinatura import Conferencia, Resultado, conferir
from core.documentos.leitor import ler_documentos
from sandbox.documentos.comum import BRASILIA, EMITENTE
from sandbox.documentos.conhecimentos import conhecimento
from sandbox.documentos.eventos import evento
from sandbox.documentos.notas import inutilizada, nota

NOTA = assinado(nota(7).texto, "infNFe")
CLOCK = FixedClock(NASCE + timedelta(days=30))


def found(text: str) -> Conferencia:
    return conferir(text.encode(), CLOCK)


@pytest.mark.parametrize(
    "text",
    [
        NOTA,
        assinado(nota(7, status=None).texto, "infNFe"),
        assinado(conhecimento().texto, "infCte"),
        assinado(evento(nota(7)).decode(), "infEvento"),
        assinado(evento(conhecimento(), status=None).decode(), "infEvento"),
        assinado(inutilizada(3, 5).decode(), "infInut"),
        NOTA.replace("<nfeProc ", '<nfeProc xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:a="b" '),
        NOTA.replace("<NFe ", '\n  <!-- nota -->\n<NFe ').replace("</nfeProc>", "\n</nfeProc>\n"),
        NOTA.replace("<dest>", "<dest >").replace('versao="4.00"><ide>', "versao = '4.00'\n><ide>"),
    ],
    ids=["nota", "sem protocolo", "cte", "evento", "evento sem retorno", "inut", "prefixo em volta", "recuo", "grafia"],
)  # fmt: skip
def test_what_was_signed_and_not_changed_is_right(text: str) -> None:
    report = found(text)
    assert report.resultado is Resultado.CONFERE, report
    assert report.assinante == "Comercio de Exemplo Ltda"
    assert report.cnpj == EMITENTE.documento
    assert report.valido_de == NASCE
    assert "a cadeia do certificado não foi verificada" in report.frase
    assert "CNPJ 11.222.333/0001-81" in report.frase


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (NOTA.replace("<vNF>100.00", "<vNF>900.00"), Resultado.RESUMO_DIFERE),
        (NOTA.replace("<dest>", "<dest> "), Resultado.RESUMO_DIFERE),
        (NOTA.replace('xmlns="http://www.portalfiscal.inf.br/nfe"', 'xmlns="urn:outro"'), Resultado.RESUMO_DIFERE),
        (NOTA.replace("</DigestValue>", " </DigestValue>"), Resultado.NAO_CONFERE),
        (NOTA.replace("<SignatureValue>", "<SignatureValue>AAAA"), Resultado.NAO_CONFERE),
        (assinado(nota(7).texto, "infNFe", certificado(numero=1)), Resultado.NAO_CONFERE),
        (nota(7).texto, Resultado.ILEGIVEL),
        (NOTA.replace("rsa-sha1", "hmac-sha1"), Resultado.ILEGIVEL),
        (NOTA.replace("#enveloped-signature", "#outra"), Resultado.NAO_CONFERE),
        (nota(7).texto.partition("<Signature ")[0] + "</NFe></nfeProc>", Resultado.SEM_ASSINATURA),
        ("<x/>", Resultado.SEM_ASSINATURA),
        ("", Resultado.ILEGIVEL),
        ("<x", Resultado.ILEGIVEL),
    ],
)  # fmt: skip
def test_what_does_not_prove_the_document_says_why(text: str, expected: Resultado) -> None:
    report = found(text)
    assert report.resultado is expected, report
    assert report.frase.endswith((".", ". Assinado por Comercio de Exemplo Ltda, CNPJ 11.222.333/0001-81."))


def test_a_right_signature_of_another_text_proves_nothing() -> None:
    signed, _, rest = NOTA.partition("<infNFe ")
    body = "<infNFe " + rest.partition("</infNFe>")[0] + "</infNFe>"
    false = body.replace('Id="NFe', 'Id="NFf').replace("<vNF>100.00", "<vNF>900.00")
    wrapped = NOTA.replace(body, false).replace("</KeyInfo>", f"</KeyInfo><Object>{body}</Object>")
    assert signed in wrapped
    assert found(wrapped).resultado in (Resultado.NAO_CONFERE, Resultado.RESUMO_DIFERE)
    twice = NOTA.replace(body, body.replace("<vNF>100.00", "<vNF>900.00")).replace(
        "</KeyInfo>", f"</KeyInfo><Object>{body}</Object>"
    )
    assert found(twice).resultado in (Resultado.ILEGIVEL, Resultado.RESUMO_DIFERE, Resultado.NAO_CONFERE)


def test_a_certificate_counts_by_the_date_of_the_document() -> None:
    late = assinado(nota(7, quando=MORRE + timedelta(days=1)).texto, "infNFe")
    report = found(late)
    assert report.resultado is Resultado.CERTIFICADO_VENCIDO
    assert "não valia em 02/06/2026" in report.frase
    # the next day in UTC
    evening = (MORRE + timedelta(days=1)).replace(hour=22, tzinfo=BRASILIA)
    assert "não valia em 02/06/2026" in found(assinado(nota(7, quando=evening).texto, "infNFe")).frase
    assert conferir(NOTA.encode(), FixedClock(MORRE + timedelta(days=900))).resultado is Resultado.CONFERE


def test_a_signer_without_a_cnpj_in_the_name_is_told_by_name() -> None:
    report = found(assinado(nota(7).texto, "infNFe", certificado("Fulano: de Tal")))
    assert (report.resultado, report.assinante, report.cnpj) == (Resultado.CONFERE, "Fulano: de Tal", None)


def test_the_digest_of_the_protocol_beside_the_signature_is_a_warning() -> None:
    (part,) = ler_documentos(NOTA.encode())
    assert part.conteudo is not None
    assert part.conteudo.avisos == ("o resumo (digVal) do protocolo não é o da assinatura do documento",)
