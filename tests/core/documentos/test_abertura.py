"""Bytes become a parsed document, or a reason why not: before a parser sees them, and by what it says of them."""

import pytest

from core.documentos.abertura import Aberto, Recusa, abrir, analisar, local_name
from core.documentos.motivos import MOTIVOS

ROOM = 1000


def opened(content: bytes, limite: int = ROOM) -> Aberto:
    found = abrir(content, limite)
    assert isinstance(found, Aberto), found
    return found


def refused(content: bytes, limite: int = ROOM) -> Recusa:
    found = abrir(content, limite)
    assert isinstance(found, Recusa), found
    return found


def test_a_file_may_have_as_many_bytes_as_the_limit_and_not_one_more() -> None:
    content = b"<a>12345</a>"
    assert opened(content, len(content)).raiz.text == "12345"
    assert refused(content, len(content) - 1) == Recusa("grande_demais")


@pytest.mark.parametrize(
    ("content", "motivo"),
    [
        (b"", "vazio"),
        (b" \t\r\n", "vazio"),
        (b"\0" * 10, "so_nulos"),
        (b"{}", "nao_e_xml"),
        (b"\xef\xbb\xbf texto", "nao_e_xml"),
        (b"%PDF-1.7 <a/>", "nao_e_xml"),
        (b"\xef\xbb\xbf", "xml_invalido"),
        ("<?xml version='1.0' encoding='iso-8859-2'?><a>ç</a>".encode("iso-8859-2"), "codificacao"),
        (b"<!DOCTYPE a><a/>", "doctype"),
        (b"<?xml version='1.0'?> <!-- a -->\n<?p q?><!doctype a><a/>", "doctype"),
        ("<!DOCTYPE a><a/>".encode("utf-16"), "doctype"),
        (b"<a><b></a>", "xml_invalido"),
        (b"<a>&x;</a>", "xml_invalido"),
    ],
)
def test_what_is_no_document_has_a_reason_that_is_a_sentence(content: bytes, motivo: str) -> None:
    assert refused(content).motivo == motivo
    assert motivo in MOTIVOS


@pytest.mark.parametrize(
    "content",
    [
        b"<a><![CDATA[<!DOCTYPE a>]]></a>",
        b"<!-- <!DOCTYPE a> --><a/>",
        b"<?p <!DOCTYPE a>?><a/>",
    ],
    ids=["cdata", "comment", "instruction"],
)
def test_a_doctype_that_is_only_written_about_is_none(content: bytes) -> None:
    assert opened(content).nome() == ("", "a")


def test_blanks_before_a_document_without_declaration_do_no_harm() -> None:
    assert opened(b"\n" * 200 + b"<a/>").nome() == ("", "a")


def test_what_is_only_remarked_within_a_text_does_not_end_it() -> None:
    assert opened(b"<a>1<!-- x -->2<?p q?>3</a>").raiz.text == "123"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "iso-8859-1", "cp1252"])
def test_a_text_is_the_same_in_every_encoding(encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    found = opened(f"<?xml version='1.0' encoding='{declared}'?><a>São João</a>".encode(encoding))
    assert found.raiz.text == "São João"
    assert found.decodificado.text.startswith("<?xml")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<a/><b/>", "há mais alguma coisa depois do fim do documento, como outro colado a ele, na linha 1"),
        (b"<a/>\n<?xml version='1.0'?><a/>", "há mais alguma coisa depois do fim do documento"),
        (b"\n <?xml version='1.0'?><a/>", "há espaços ou linhas em branco antes de <?xml, na linha 2"),
        (b"<a>" * 300, "o XML passa dos limites de tamanho ou de profundidade na linha 1"),
        (b"<a>\n<b></a>", "o XML está mal formado na linha 2, coluna"),
    ],
    ids=["glued", "glued whole", "blanks", "deep", "broken"],
)
def test_what_breaks_a_document_is_told_with_its_place(content: bytes, said: str) -> None:
    found = analisar(content)
    assert isinstance(found, Recusa)
    assert found.motivo == "xml_invalido"
    assert said in (found.mensagem or "")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<a/>", ("", "a")),
        (b'<a xmlns="urn:x"/>', ("urn:x", "a")),
        (b'<p:a xmlns:p="urn:x"/>', ("urn:x", "a")),
    ],
)
def test_a_root_has_a_namespace_and_a_name(content: bytes, name: tuple[str, str]) -> None:
    assert local_name(opened(content).raiz) == opened(content).nome() == name
