"""The documents in a file: any content has an answer, lots and answers are taken apart."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.lido import conferir

from core.documentos.conteudo import Conhecimento, Cupom, Evento, Inutilizacao, NotaFiscal, Resumo
from core.documentos.leitor import LIMITE, ler_documentos
from sandbox.documentos import cupons, eventos, mutacoes, notas
from sandbox.documentos.conhecimentos import conhecimento
from sandbox.documentos.cupons import cupom
from sandbox.documentos.eventos import evento
from sandbox.documentos.notas import nota

NOTA = nota(7)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (NOTA.xml, [NotaFiscal]),
        (nota(status=None).xml, [NotaFiscal]),
        (nota(modelo="65", destinatario=None).xml, [NotaFiscal]),
        (nota(layout="2.00").xml, [NotaFiscal]),
        (notas.enviada(nota(1, status=None), nota(2, status=None)), [NotaFiscal, NotaFiscal]),
        (conhecimento().xml, [Conhecimento]),
        (conhecimento(layout="1.04").xml, [Conhecimento]),
        (evento(NOTA), [Evento]),
        (evento(conhecimento()), [Evento]),
        (evento(NOTA, status=None), [Evento]),
        (eventos.resumo_de_evento(NOTA), [Evento]),
        (eventos.cancelamento_antigo(NOTA), [Evento]),
        (notas.resumo(NOTA), [Resumo]),
        (eventos.consulta(NOTA, evento(NOTA)), [Resumo, Evento]),
        (notas.inutilizada(3, 5), [Inutilizacao]),
        (notas.inutilizada(3, 5, status=None), [Inutilizacao]),
        (cupom().xml, [Cupom]),
        (cupom(portal=True).xml, [Cupom]),
        (cupom(2, cancela=cupom().chave).xml, [Cupom]),
        (cupons.lote(cupom(1), cupom(2)), [Cupom, Cupom]),
    ],
)
def test_every_made_up_document_is_read_and_nothing_is_odd_in_it(content: bytes, expected: list[type]) -> None:
    parts = ler_documentos(content)
    assert [type(part.conteudo) for part in parts] == expected
    assert [part.conteudo.avisos for part in parts if part.conteudo] == [()] * len(expected)
    conferir(parts)


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + NOTA.xml.replace(b"><", b">\r\n<"),
        NOTA.texto.encode("utf-16"),
        NOTA.texto.replace("UTF-8", "ISO-8859-1").encode("iso-8859-1"),
    ],
    ids=["bom", "utf-16", "latin-1"],
)
def test_a_document_keeps_its_exact_bytes(content: bytes) -> None:
    (part,) = ler_documentos(content)
    assert part.texto == content
    assert isinstance(part.conteudo, NotaFiscal)
    assert part.conteudo.emit_municipio == "São Paulo"


def test_a_part_of_a_lot_is_its_bytes_and_reads_alone_as_in_the_lot() -> None:
    one, two = nota(1, status=None), nota(2, status=None)
    parts = ler_documentos(notas.enviada(one, two))
    assert [part.texto.decode() for part in parts] == [made.texto.partition("?>")[2] for made in (one, two)]
    for part in parts:
        (alone,) = ler_documentos(part.texto)
        assert alone.conteudo == part.conteudo


def test_an_empty_document_of_a_lot_costs_itself() -> None:
    parts = ler_documentos(b"<envCFe><CFe/>" + cupom(1).xml + b"<CFe/></envCFe>")
    assert [(part.numero, part.motivo) for part in parts] == [(1, "sem_conteudo"), (2, None), (3, "sem_conteudo")]
    assert [part.texto for part in parts] == [b"<CFe/>", cupom(1).xml, b"<CFe/>"]


def test_a_broken_document_of_a_lot_costs_itself() -> None:
    lot = notas.enviada(nota(1, status=None), nota(2, status=None)).replace(b'Id="NFe', b'Id="x', 1)
    parts = ler_documentos(lot)
    assert [(part.numero, part.motivo) for part in parts] == [(1, "chave_invalida"), (2, None)]


@pytest.mark.parametrize(
    ("content", "motivo", "said"),
    [
        (b"", "vazio", "o arquivo está vazio"),
        (b" \r\n", "vazio", "o arquivo está vazio"),
        (bytes(9000), "so_nulos", "o arquivo só tem bytes nulos"),
        (b"%PDF-1.4", "nao_e_xml", "o arquivo não é XML"),
        (b"PK\x03\x04", "nao_e_xml", "o arquivo não é XML"),
        (b"x" * (LIMITE + 1), "grande_demais", "o arquivo tem mais de 10 MiB"),
        (NOTA.xml[:-30], "xml_invalido", "o XML está mal formado na linha 1"),
        (NOTA.xml * 2, "xml_invalido", "há mais alguma coisa depois do fim do documento"),
        (NOTA.xml + evento(NOTA), "xml_invalido", "há mais alguma coisa depois do fim do documento"),
        (b"\r\n " + NOTA.xml, "xml_invalido", "há espaços ou linhas em branco antes de <?xml, na linha 2"),
        (NOTA.xml + b"\0\0\0", "xml_invalido", ""),
        (b"<a>" * 100_000 + b"</a>" * 100_000, "xml_invalido", "o XML passa dos limites de tamanho ou de profundidade"),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "doctype", "DTD"),
        (b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>', "doctype", "DTD"),
        (b"<nfeProc>&x;</nfeProc>", "xml_invalido", ""),
        (b"<html><body>Erro</body></html>", "nao_e_fiscal", "a raiz html não é de um documento fiscal"),
        (b"<nota/>", "nao_e_fiscal", "a raiz nota não é"),
        (b'<nfeNova xmlns="http://www.portalfiscal.inf.br/nfe"/>', "raiz_desconhecida", "a raiz nfeNova não é"),
        (NOTA.texto.replace("UTF-8", "iso-8859-2").encode("iso-8859-1", "replace"), "codificacao", "codificação"),
        (NOTA.xml.replace(b"NFe35", b"NFe"), "chave_invalida", "não é uma chave de acesso"),
        (NOTA.xml.replace(b"<infNFe Id", b"<infNFe Ix"), "chave_invalida", "não tem chave de acesso"),
        (NOTA.xml.replace(b"infNFe", b"infNota"), "sem_conteudo", "nfeProc não traz infNFe"),
        ("<envCFe><CFe\u0132/></envCFe>".encode(), "xml_invalido", "o lote não se separa em documentos"),
        (b'<enviNFe xmlns="http://www.portalfiscal.inf.br/nfe"/>', "lote_vazio", "enviNFe não traz nenhum documento"),
    ],
    ids=lambda value: repr(value)[:30] if isinstance(value, bytes) else value,
)  # fmt: skip
def test_what_is_no_document_is_refused_in_words(content: bytes, motivo: str, said: str) -> None:
    (part,) = ler_documentos(content)
    assert (part.conteudo, part.motivo) == (None, motivo)
    assert said in (part.mensagem or "")
    conferir([part])


def test_a_smaller_limit_is_a_limit() -> None:
    (part,) = ler_documentos(NOTA.xml, limite=1024)
    assert part.motivo == "grande_demais"
    (part,) = ler_documentos(NOTA.xml, limite=len(NOTA.xml))
    assert part.motivo is None


@pytest.mark.parametrize(
    ("content", "motivo"),
    [
        (b"<envCFe>" + b"<CFe/>" * 150_000 + b"</envCFe>", "grande_demais"),
        (cupom().xml.replace(b"<det ", b"<det/>" * 150_000 + b"<det ", 1), None),
        (cupom().xml.replace(b"<det ", b'<det nItem="9"/>' * 100_000 + b"<det ", 1), None),
        (NOTA.xml.replace(b"<det ", b"<autXML><CPF>1</CPF></autXML>" * 60_000 + b"<det ", 1), None),
        (NOTA.xml.replace(b"<tpNF>", b"".join(b"<a%d/>" % one for one in range(120_000)) + b"<tpNF>"), None),
    ],
    ids=["coupons", "items", "numbered items", "readers", "names"],
)
def test_very_many_of_something_costs_no_more_than_its_size(content: bytes, motivo: str | None) -> None:
    assert len(content) < LIMITE
    began = time.process_time()
    (part,) = ler_documentos(content)
    assert part.motivo == motivo
    assert time.process_time() - began < 10


@given(st.binary(max_size=400))
def test_any_bytes_have_an_answer(content: bytes) -> None:
    conferir(ler_documentos(content))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_broken_documents_have_an_answer_that_fits_the_store(seed: int) -> None:
    for content in mutacoes.mutados(10, seed):
        conferir(ler_documentos(content))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_a_hundred_thousand_broken_documents_have_an_answer(seed: int) -> None:
    slowest = 0.0
    for content in mutacoes.mutados(25_000, seed):
        began = time.process_time()
        parts = ler_documentos(content)
        slowest = max(slowest, time.process_time() - began)
        conferir(parts)
    assert slowest < 5
