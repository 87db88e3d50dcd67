"""The national NFS-e goes the way of the other services: by its own numbers, until nothing is left.

docs/reference/contracts/sefaz.md §1.3.
"""

import base64
import json

import pytest
from support.consultas import Loja, rows
from support.sefaz import EMPRESA, OUTRA

from flows.sefaz.regras import Situacao
from sandbox import faults
from sandbox.documentos.comum import Feito, Pessoa
from sandbox.documentos.servicos import cancelamento_de_servico, nota_de_servico
from sandbox.sefaz.textos import comprimido
from storage.models.documentos import Documento
from storage.models.sefaz import ChamadaSEFAZ, DocumentoDistribuido

REST = 3600 + 180


def publish(minha: Loja, *numbers: int) -> list[Feito]:
    made = [nota_de_servico(number, tomador=Pessoa(EMPRESA)) for number in numbers]
    for one in made:
        minha.server.nacional.publicar(EMPRESA, "NFSE", one.chave, one.xml, minha.lugar.clock.now())
    return made


def page(*items: tuple[int, str, Feito]) -> faults.Fault:
    """Return a page of items: a number, the kind as it is written, the document."""
    lot = [
        {"NSU": nsu, "TipoDocumento": kind, "ArquivoXml": base64.b64encode(comprimido(made.xml)).decode()}
        for nsu, kind, made in items
    ]
    return faults.status(200, json.dumps({"StatusProcessamento": "DOCUMENTOS_LOCALIZADOS", "LoteDFe": lot}))


def test_pages_are_asked_for_until_nothing_is_left(minha: Loja) -> None:
    made = publish(minha, *range(1, 121))
    found = minha.consultar("nfse")
    assert (found.situacao, found.paginas, found.total_importados) == (Situacao.CONCLUIDA, 4, 120)
    assert minha.chaves == {one.chave for one in made}
    assert {(one.especie, one.dest_cnpj_cpf) for one in rows(Documento)} == {("nfse", EMPRESA)}
    assert (minha.serie.ult_nsu, minha.serie.max_nsu, minha.serie.ultimo_cstat) == (120, 0, "404")
    assert [one.valor for one in minha.server.pedidos] == ["0", "50", "100", "120"]
    assert minha.consultar("nfse").situacao is Situacao.DESCANSANDO
    minha.passa(REST)
    publish(minha, 121)
    assert minha.consultar("nfse").total_importados == 1
    assert {one["tipo_documento"] for one in minha.avisos} == {"NFSE"}


def test_numbers_that_others_have_are_no_gaps(minha: Loja) -> None:
    publish(minha, 1)
    minha.server.nacional.publicar(OUTRA, "NFSE", "", b"", minha.lugar.clock.now())
    publish(minha, 2)
    minha.consultar("nfse")
    assert (minha.nsus, minha.lacunas) == ([1, 3], [])


def test_what_is_asked_too_fast_or_breaks_is_asked_again_from_the_same_number(minha: Loja) -> None:
    publish(minha, 1, 2)
    late = faults.status(429, "", {"Retry-After": "9"})
    minha.server.faults.queue(late, faults.after(faults.reset()), faults.status(503), key="nfse")
    found = minha.consultar("nfse")
    assert (found.situacao, minha.nsus) == (Situacao.CONCLUIDA, [1, 2])
    assert [one.cstat for one in rows(ChamadaSEFAZ)][-2:] == ["200", "404"]


def test_a_404_that_says_nothing_is_no_end(minha: Loja) -> None:
    publish(minha, 1)
    minha.server.faults.queue(faults.status(404, "<html>"), key="nfse")
    found = minha.consultar("nfse")
    assert (found.situacao, minha.serie.ult_nsu) == (Situacao.SEM_RESPOSTA, 0)
    assert "HTTP 404" in found.mensagem


def test_a_cancellation_cancels_its_note_whichever_comes_first(minha: Loja) -> None:
    before, after = (nota_de_servico(number, tomador=Pessoa(EMPRESA)) for number in (1, 2))
    now = minha.lugar.clock.now()
    for kind, made in (
        ("NFSE", before),
        ("EVENTO", cancelamento_de_servico(before)),
        ("EVENTO", cancelamento_de_servico(after)),
        ("NFSE", after),
    ):
        minha.server.nacional.publicar(EMPRESA, kind, made.chave, made.xml, now)
    found = minha.consultar("nfse")
    assert (found.total_importados, found.total_erros) == (4, 0)
    assert {one.situacao for one in rows(Documento)} == {"cancelada"}


def test_a_bad_document_costs_itself_and_is_kept(minha: Loja) -> None:
    publish(minha, 1)
    minha.server.nacional.publicar(EMPRESA, "NFSE", "", b"nao e base64", minha.lugar.clock.now(), cru=True)
    publish(minha, 2)
    found = minha.consultar("nfse")
    assert (found.total_encontrados, found.total_importados, found.total_erros) == (3, 2, 1)
    (bad,) = [one for one in rows(DocumentoDistribuido) if one.resultado == "erro"]
    assert (bad.nsu, bad.schema) == (2, "NFSE")


@pytest.mark.parametrize("kind", ["NFSE\x00", "NFSE\ud800", "\x00" * 300])
def test_an_item_whose_kind_no_database_takes_costs_itself_and_is_kept(minha: Loja, kind: str) -> None:
    first, second, third = publish(minha, 1, 2, 3)
    minha.server.faults.queue(page((1, "NFSE", first), (2, kind, second), (3, "NFSE", third)), key="nfse")
    found = minha.consultar("nfse")
    assert (found.situacao, found.total_importados, found.total_erros) == (Situacao.CONCLUIDA, 2, 1)
    assert (minha.serie.ult_nsu, minha.chaves) == (3, {first.chave, third.chave})
    (bad,) = [one for one in rows(DocumentoDistribuido) if one.resultado == "erro"]
    assert (bad.nsu, "não é conhecido" in str(bad.motivo)) == (2, True)


def test_a_number_that_cannot_be_does_not_carry_the_numbering_away(minha: Loja) -> None:
    first, *_ = publish(minha, 1, 2, 3)
    minha.server.faults.always(page((999_999_999_999_999, "NFSE", first)), key="nfse")
    found = minha.consultar("nfse")
    assert (found.situacao, minha.serie.ult_nsu) == (Situacao.SEM_RESPOSTA, 0)
    minha.server.faults.clear("nfse")
    minha.passa(REST)
    assert (minha.consultar("nfse").total_importados, minha.serie.ult_nsu) == (3, 3)
