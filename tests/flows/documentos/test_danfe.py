"""The printed form of a document; a document that cannot be drawn costs itself, in a sentence, in bounded time."""

import re
import zlib
from importlib.resources import files

import pytest

from core.errors import Conflict, Rejected
from flows.documentos.danfe import danfe
from flows.documentos.drawing import draw
from sandbox.documentos.conhecimentos import conhecimento
from sandbox.documentos.notas import nota

NFE, REFORM, NFCE = "leiauteNFe/26180875335849000115550010000016871192213331-nfe", "procNFe", "nfce_contingencia"
CTES = (
    "35170799999999999999670000000000261309301440-cte-of",
    "35190602427026001207570040000522031000522035-cte-multimodal",
    "43120178408960000182570010000000041000000047-cte",
)


def sample(kind: str, name: str) -> bytes:
    """Return a document that comes with the library of the layouts."""
    return files("nfelib").joinpath(kind, "samples/v4_0", f"{name}.xml").read_bytes()


def words(pdf: bytes) -> str:
    """Return what is written on the pages, one piece after the other."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    pages = [zlib.decompress(one) for one in streams if one[:1] == b"\x78"]
    return b" ".join(pages).decode("cp1252", "replace")


@pytest.fixture(scope="module")
def note() -> bytes:
    return sample("nfe", NFE)


@pytest.mark.parametrize(("form", "name"), [("danfe", NFE), ("danfe", REFORM), ("danfce", NFCE)])
def test_a_cancelled_document_is_marked(form: str, name: str) -> None:
    xml = sample("nfe", name)
    plain, marked = (draw(form, xml, cancelada=cancelled) for cancelled in (False, True))
    assert plain.startswith(b"%PDF-")
    assert ("CANCELAD" in words(plain), "CANCELAD" in words(marked)) == (False, True)


def test_a_note_is_drawn_in_a_process_of_its_own(note: bytes) -> None:
    assert "CANCELAD" in words(danfe(note, cancelada=True))


def test_a_ct_e_of_the_road_is_drawn_and_marked_too() -> None:
    xml = conhecimento(1).xml
    plain, marked = (words(draw("dacte", xml, cancelada=cancelled)) for cancelled in (False, True))
    assert ("CANCELAD" in plain, "CANCELAD" in marked) == (False, True)
    assert "Transportes Exemplares" in plain


@pytest.mark.parametrize("name", CTES)
def test_a_document_that_the_library_does_not_understand_is_told(name: str) -> None:
    with pytest.raises(Rejected, match=r"DACTE não entende este documento \(KeyError.*inteiro"):
        danfe(sample("cte", name))


def test_letters_that_no_font_of_the_library_has_are_no_hindrance(note: bytes) -> None:
    strange = re.sub(rb"<xNome>[^<]*", "<xNome>Loja 雪 😀 – João".encode(), note)
    assert "Loja ? ? \x96 Jo\xe3o".encode("latin-1").decode("cp1252") in words(draw("danfe", strange, cancelada=False))


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8"])
def test_a_note_with_a_protocol_that_is_no_utf_8_is_drawn_with_its_letters(encoding: str) -> None:
    xml = nota(7).texto.encode(encoding).replace(b"Autorizado", b"Autoriza\xe7\xe3o")
    assert "Comércio de Exemplo" in words(danfe(xml))


def test_entities_are_not_expanded(note: bytes) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'
    body = note[note.index(b"?>") + 2 :] if note.startswith(b"<?xml") else note
    with pytest.raises(Rejected):
        danfe(bomb + re.sub(rb"<xNome>[^<]*", b"<xNome>&b;", body))
    assert danfe(bomb + body).startswith(b"%PDF-")


def test_what_takes_too_long_is_given_up(note: bytes) -> None:
    with pytest.raises(Rejected, match="não ficou pronto"):
        danfe(note, seconds=0.01)


@pytest.mark.parametrize("xml", [b"", b"<", b"<a>", b"\x00\x00", b"%PDF-1.4", b"<NFe xmlns='x'>"])
def test_what_is_no_xml_is_told(xml: bytes) -> None:
    with pytest.raises(Rejected, match="não é um XML"):
        danfe(xml)


@pytest.mark.parametrize(
    ("space", "inner"),
    [("nfe", ""), ("nfe", "<infEvento/>"), ("cte", "<infEvento/>"), ("mdfe", "<infMDFe/>")],
)
def test_what_has_no_printed_form_is_told(space: str, inner: str) -> None:
    with pytest.raises(Conflict, match="forma impressa"):
        danfe(f'<x xmlns="http://www.portalfiscal.inf.br/{space}">{inner}</x>'.encode())


@pytest.mark.parametrize("space", ["nfe", "cte"])
def test_a_document_without_its_parts_is_told(space: str) -> None:
    body = "infNFe" if space == "nfe" else "infCte"
    with pytest.raises(Rejected, match="não entende"):
        danfe(f'<x xmlns="http://www.portalfiscal.inf.br/{space}"><{body} Id="x"/></x>'.encode())
