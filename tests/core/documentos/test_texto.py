import codecs
from encodings import aliases
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from lxml import etree

from core.documentos.leitura import texto
from core.documentos.mistura import mixed
from core.documentos.texto import Decoded, decode

BODY = "<a>São João; “aspas”</a>"


def declared(encoding: str, body: str = BODY) -> str:
    return f'<?xml version="1.0" encoding="{encoding}"?>{body}'


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (BODY.encode(), "utf-8"),
        (codecs.BOM_UTF8 + BODY.encode(), "utf-8"),
        (codecs.BOM_UTF16_LE + BODY.encode("utf-16-le"), "utf-16-le"),
        (codecs.BOM_UTF16_BE + BODY.encode("utf-16-be"), "utf-16-be"),
        (codecs.BOM_UTF32_LE + BODY.encode("utf-32-le"), "utf-32-le"),
        (declared("UTF-16").encode("utf-16-le"), "utf-16-le"),
        (declared("windows-1252").encode("cp1252"), "cp1252"),
        (declared("ANSI").encode("cp1252"), "cp1252"),
        (declared("utf-8").encode("cp1252"), "cp1252"),
        (declared("us-ascii").encode(), "utf-8"),
        (BODY.encode("cp1252"), "cp1252"),
    ],
)
def test_the_encoding_is_found(content: bytes, encoding: str) -> None:
    found = decode(content)
    assert found.encoding == encoding
    assert found.text.endswith(BODY)
    assert not found.text.startswith("\ufeff")


def test_latin_1_keeps_its_letters() -> None:
    text = declared("ISO-8859-1", "<a>ç</a>")
    assert decode(text.encode("latin-1")) == Decoded(text, "iso8859-1")


@pytest.mark.parametrize(
    ("encoding", "sent"), [("UTF-8", "UTF-8"), ("utf8", "utf8"), ("ISO-8859-1", "UTF-8"), ("windows-1252", "UTF-8")]
)
def test_only_a_declaration_that_became_wrong_is_adapted(encoding: str, sent: str) -> None:
    content = declared(encoding, "<a>ação</a>").encode(encoding)
    assert texto(content) == declared(sent, "<a>ação</a>")


@pytest.mark.parametrize("content", [b"\x81\x8d", codecs.BOM_UTF16_LE + b"\x00", codecs.BOM_UTF8 + b"\xff"])
def test_what_is_no_text_is_told(content: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - its own subclass, whichever codec said no
        texto(content)


@given(
    st.text(st.characters(codec="cp1252", exclude_categories=["Cc"]), max_size=30),
    st.sampled_from(["utf-8", "utf-16", "cp1252"]),
    st.sampled_from(["\n", "\r\n", "\t", ""]),
)
def test_the_document_stays_the_same(words: str, encoding: str, space: str) -> None:
    element = etree.Element("a", b=words)
    element.text = words + space
    body = etree.tostring(element, encoding="unicode")
    name = {"cp1252": "windows-1252"}.get(encoding, encoding)
    content = declared(name, body).encode(encoding)
    assume(encoding != "cp1252" or not mixed(content).has_utf8)
    sent = etree.fromstring(texto(content).encode())
    assert etree.tostring(sent, method="c14n") == etree.tostring(etree.fromstring(content), method="c14n")


@pytest.mark.parametrize(
    "label",
    sorted({*aliases.aliases, *aliases.aliases.values(), "idna", "unicode_escape", "charmap", "ANSI", "x-nada"}),
)
def test_no_label_changes_a_text_whose_bytes_say_what_it_is(label: str) -> None:
    plain, accented = declared(label, "<a>\\u00e1 +AOE- &#225;</a>"), declared(label)
    for text in (plain, accented):
        assert decode(text.encode()).text == text


@pytest.mark.parametrize("label", ["utf-16", "UTF-16LE", "utf-32", "ucs-2"])
@pytest.mark.parametrize("space", ["", " "])
def test_a_label_of_wide_characters_over_narrow_bytes_says_nothing(label: str, space: str) -> None:
    text = declared(label, BODY + space)
    assert texto(text.encode()) == declared("UTF-8", BODY + space)


@pytest.mark.parametrize("label", ["iso-8859-2", "cp850", "koi8-r", "base64", "zip", "rot13"])
def test_bytes_of_an_encoding_that_is_not_read_are_told(label: str) -> None:
    with pytest.raises(ValueError, match="codificação declarada"):
        texto(declared(label, "<a>\xe7</a>").encode("latin-1"))


MIXTURES = {
    "protocol in latin-1": (b"<NFe><infNFe>S\xc3\xa3o</infNFe></NFe><x>\xe7\xe3o</x>", "<x>ção</x>"),
    "signed text in latin-1": (b"<NFe><infNFe>S\xe3o</infNFe></NFe><x>\xc3\xa7</x>", None),
    "both in one run": (b"<NFe><infNFe>a</infNFe></NFe><x>\xc3\xa3\xe7</x>", None),
    "nothing says what is signed": (b"<x>\xc3\xa3</x><y>\xe7</y>", None),
    "a label says otherwise": (
        b"<?xml version='1.0' encoding='ISO-8859-1'?><NFe><infNFe>S\xc3\xa3o</infNFe></NFe><x>\xe7</x>", None
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MIXTURES)
def test_two_encodings_in_one_document_are_read_where_that_is_certain(name: str) -> None:
    content, ending = MIXTURES[name]
    if ending is None:
        with pytest.raises(ValueError):  # noqa: PT011 - whichever rule said no
            texto(content)
    else:
        assert texto(content) == "<NFe><infNFe>São</infNFe></NFe>" + ending


def test_a_note_with_a_protocol_glued_in_is_sent_as_it_was_meant() -> None:
    sent = texto((Path(__file__).parent / "casos/codificacao-mista.xml").read_bytes())
    assert "São João Comércio de Pães" in sent
    assert "Autorização concedida" in sent
