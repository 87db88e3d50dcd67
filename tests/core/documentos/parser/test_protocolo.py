"""Protocols: what proves something, and what never makes a note look authorised."""

import pytest
from support.lendo import lido

from core.documentos.conteudo import NotaFiscal
from sandbox.documentos.comum import chave
from sandbox.documentos.eventos import evento
from sandbox.documentos.notas import nota

NOTA = nota(7)
DENIED, GOOD, OTHER = nota(7, status="302").texto, NOTA.texto, chave("55", 8)
INF = "<infProt><tpAmb>1</tpAmb><cStat>{}</cStat></infProt>"


@pytest.mark.parametrize("status", ["100", "150", "101", "110", "301", "302", "1002"])
def test_a_protocol_says_how_a_note_stands(status: str) -> None:
    note = lido(NotaFiscal, nota(7, status=status).xml)
    assert (note.status, note.protocolo, note.avisos) == (status, "135260000000007", ())


@pytest.mark.parametrize(
    "text",
    [
        DENIED.replace("<protNFe ", '<protNFe xmlns="" '),
        DENIED.replace("<protNFe ", '<protNFe xmlns="urn:outro" '),
        DENIED.replace("protNFe", "ProtNFe"),
        DENIED.replace("protNFe", "protocolo"),
        DENIED.replace("<infProt>", '<infProt Id="ID1">'),
        DENIED.replace("</nfeProc>", f"<protNFe>{INF.format(100)}</protNFe></nfeProc>"),
        DENIED.replace("<protNFe ", f"<protNFe>{INF.format(100)}</protNFe><protNFe ", 1),
        DENIED.replace("<cStat>302", '<cStat xmlns="urn:x">302'),
    ],
)
def test_a_denial_is_read_however_it_is_written(text: str) -> None:
    assert lido(NotaFiscal, text).status == "302"


def _with(inside: bytes, tag: str = "procEventoNFe") -> str:
    text = inside.decode()
    part = text[text.index(f"<{tag}") : text.rindex(f"</{tag}>")] + f"</{tag}>"
    return GOOD.replace("</nfeProc>", f"{part}</nfeProc>")


@pytest.mark.parametrize("tag", ["retEvento", "procEventoNFe"])
@pytest.mark.parametrize("status", ["135", "136", "155"])
def test_the_answer_to_a_cancellation_behind_the_protocol_cancels(tag: str, status: str) -> None:
    note = lido(NotaFiscal, _with(evento(NOTA, status=status), tag))
    assert (note.status, note.motivo, note.protocolo) == ("101", "Cancelamento homologado", "135260000000007")
    assert note.avisos == ("traz em si a resposta ao seu cancelamento",)


@pytest.mark.parametrize(
    "inside",
    [
        evento(NOTA, status="573"),
        evento(NOTA, "110110"),
        evento(NOTA, "110001"),
        evento(OTHER),
        evento(NOTA).replace(b"<cStat>135", b"<cStat>"),
    ],
)
def test_other_answers_behind_the_protocol_change_nothing(inside: bytes) -> None:
    note = lido(NotaFiscal, _with(inside))
    assert (note.status, note.avisos) == ("100", ())


@pytest.mark.parametrize(
    ("text", "aviso"),
    [
        (GOOD.replace("<cStat>100</cStat>", ""), "não há cStat"),
        (GOOD.replace("<cStat>100", "<cStat>autorizado"), "não há cStat"),
        (GOOD.replace("<cStat>100", "<cStat>10"), "não há cStat"),
        (GOOD.replace("infProt", "infoProt"), "não traz infProt"),
        (GOOD.replace("<chNFe>", f"<chNFe>{OTHER}</chNFe><x>").replace("</chNFe><dhRecbto>", "</x><dhRecbto>"), OTHER),
    ],
)
def test_what_proves_nothing_leaves_a_note_without_protocol(text: str, aviso: str) -> None:
    note = lido(NotaFiscal, text)
    assert (note.status, note.protocolo) == (None, None)
    assert any(aviso in one for one in note.avisos), note.avisos


def test_two_protocols_that_disagree_are_told() -> None:
    note = lido(NotaFiscal, DENIED.replace("</nfeProc>", f"<protNFe>{INF.format(100)}</protNFe></nfeProc>"))
    assert "há mais de um protocolo, com respostas diferentes" in note.avisos


def test_a_protocol_that_does_not_say_its_key_is_taken_and_told() -> None:
    note = lido(NotaFiscal, GOOD.replace("<chNFe>", "<x>").replace("</chNFe>", "</x>"))
    assert (note.status, note.avisos) == ("100", ("o protocolo não diz de que chave é",))


def test_an_answer_of_the_test_environment_proves_nothing_of_a_note_of_production() -> None:
    tried = lido(NotaFiscal, GOOD.replace("<infProt><tpAmb>1", "<infProt><tpAmb>2"))
    assert (tried.status, tried.protocolo) == (None, None)
    assert any("o protocolo é do ambiente de homologação" in one for one in tried.avisos)
    assert lido(NotaFiscal, nota(7, ambiente=2).xml).status == "100"


@pytest.mark.parametrize(("ambiente", "status"), [(1, "100"), (2, "101")])
def test_a_cancellation_of_the_test_environment_behind_the_protocol_cancels_a_test_only(
    ambiente: int, status: str
) -> None:
    tried = _with(evento(NOTA, ambiente=2), "retEvento").partition("<retEvento")[1:]
    note = nota(7, ambiente=ambiente).texto.replace("</nfeProc>", "".join(tried))
    assert lido(NotaFiscal, note).status == status
