"""The documents in a file: any content has an answer, lots and answers are taken apart."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.documentos.conteudo import Conhecimento, Cupom, Evento, Inutilizacao, NotaFiscal, Parte, Resumo
from core.documentos.leitor import ler_documentos
from sandbox.documentos import cupons, eventos, notas
from sandbox.documentos.conhecimentos import conhecimento
from sandbox.documentos.cupons import cupom
from sandbox.documentos.eventos import evento
from sandbox.documentos.notas import nota

NOTA = nota(7)


def kinds(content: bytes) -> list[type]:
    return [type(part.conteudo) for part in ler_documentos(content)]


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
    assert [part.numero for part in parts] == ([0] if len(parts) == 1 else [1, 2])


def test_a_document_keeps_its_exact_bytes() -> None:
    content = b"\xef\xbb\xbf" + NOTA.xml.replace(b"><", b">\r\n<")
    (part,) = ler_documentos(content)
    assert part.texto == content


@given(st.binary(max_size=400))
def test_any_bytes_have_an_answer(content: bytes) -> None:
    _answered(ler_documentos(content))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_broken_document_has_an_answer(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from([NOTA.xml, conhecimento().xml, evento(NOTA), cupom().xml])))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    _answered(ler_documentos(bytes(content)))


def _answered(parts: list[Parte]) -> None:
    assert parts
    for part in parts:
        assert (part.conteudo is None) == bool(part.motivo) == bool(part.mensagem)
        assert part.motivo != "erro_de_leitura"
