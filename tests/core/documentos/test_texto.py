import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from core.documentos import decode, texto

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
    text, found = decode(content)
    assert found == encoding
    assert text.endswith(BODY)
    assert not text.startswith("\ufeff")


def test_latin_1_keeps_its_letters() -> None:
    assert decode(declared("ISO-8859-1", "<a>ç</a>").encode("latin-1")) == (
        declared("ISO-8859-1", "<a>ç</a>"),
        "iso8859-1",
    )


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
    sent = etree.fromstring(texto(content).encode())
    assert etree.tostring(sent, method="c14n") == etree.tostring(etree.fromstring(content), method="c14n")
