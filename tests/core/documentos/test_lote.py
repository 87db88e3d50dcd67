"""Documents are cut out of a lot byte by byte, each with what its envelope declares."""

import pytest

from core.documentos import lote
from core.documentos.lote import TooLarge, cortados

CFE = frozenset({"CFe"})


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("<lot><CFe a='1>2'>é &amp; </CFe ><x/><CFe>2</CFe></lot>", ["<CFe a='1>2'>é &amp; </CFe >", "<CFe>2</CFe>"]),
        ("<lot><x><CFe/></x></lot>", ["<CFe/>"]),
        ("<lot><CFe a='>'/></lot>", ["<CFe a='>'/>"]),
        ("<lot><CFe/><x/><CFe>2</CFe></lot>", ["<CFe/>", "<CFe>2</CFe>"]),
        ("<lot><CFe><CFe>in it</CFe></CFe></lot>", ["<CFe><CFe>in it</CFe></CFe>"]),
        ("<CFe>alone</CFe>", ["<CFe>alone</CFe>"]),
        ("<CFeX><CFe/></CFeX>", ["<CFe/>"]),
        ("<lot><CFe><a/></CFe\n><CFe />text</lot>", ["<CFe><a/></CFe\n>", "<CFe />"]),
        ("<lot><xCFe/><CFex/><cfe/><!-- <CFe/> --><![CDATA[<CFe/>]]></lot>", []),
        ("<lot/>", []),
    ],
)
def test_each_document_is_its_own_bytes(text: str, cut: list[str]) -> None:
    assert cortados(text, CFE) == cut


def test_several_names_are_cut_in_their_order() -> None:
    assert cortados("<l><b/><a/><c/><b/></l>", {"a", "b"}) == ["<b/>", "<a/>", "<b/>"]


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ('<lot xmlns="urn:x"><CFe/></lot>', '<CFe xmlns="urn:x"/>'),
        ('<lot xmlns:s="urn:x"><s:CFe></s:CFe></lot>', '<s:CFe xmlns:s="urn:x"></s:CFe>'),
        ('<lot xmlns="urn:x"><CFe xmlns="urn:y"/></lot>', '<CFe xmlns="urn:y"/>'),
        ('<lot xmlns="urn:x"><in xmlns="urn:y"><CFe/></in></lot>', '<CFe xmlns="urn:y"/>'),
        ('<lot xmlns="urn:x"><in xmlns="urn:y"/><CFe/></lot>', '<CFe xmlns="urn:x"/>'),
        ('<lot xmlns="urn:&lt;&amp;&quot;"><CFe a="1"/></lot>', '<CFe xmlns="urn:&lt;&amp;&quot;" a="1"/>'),
        ('<lot xmlnsx="urn:x" versao="1"><CFe/></lot>', "<CFe/>"),
    ],
    ids=["default", "prefix", "own", "nearest", "of a sibling", "escaped", "other attributes"],
)
def test_a_document_takes_along_the_namespaces_of_its_envelope(text: str, cut: str) -> None:
    assert cortados(text, CFE) == [cut]


def test_what_the_declaration_says_of_the_encoding_is_of_the_file() -> None:
    text = "<?xml version='1.0' encoding='iso-8859-1'?><lot><CFe>São</CFe></lot>"
    assert cortados(text, CFE) == ["<CFe>São</CFe>"]


@pytest.mark.parametrize("text", ["", "<lot><CFe></lot>", "<lot><CFe/>", "<lot/><lot/>"])
def test_what_is_no_xml_is_a_fault_of_the_value(text: str) -> None:
    with pytest.raises(ValueError, match=r"line \d") as caught:
        cortados(text, CFE)
    assert not isinstance(caught.value, TooLarge)


def test_as_many_documents_are_cut_as_there_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lote, "MOST_DOCUMENTS", 2)
    assert len(cortados("<l><CFe/><CFe/></l>", CFE)) == 2
    with pytest.raises(TooLarge):
        cortados("<l><CFe/><CFe/><CFe/></l>", CFE)


def test_documents_have_as_many_bytes_as_they_may_have_together(monkeypatch: pytest.MonkeyPatch) -> None:
    one = "<CFe>é</CFe>"
    monkeypatch.setattr(lote, "MOST_BYTES", 2 * len(one.encode()))
    assert cortados(f"<l>{one}{one}</l>", CFE) == [one, one]
    with pytest.raises(TooLarge):
        cortados(f"<l>{one}{one}<CFe/></l>", CFE)


def test_what_each_takes_along_counts_as_often_as_it_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lote, "MOST_BYTES", 100)
    with pytest.raises(TooLarge):
        cortados(f'<l xmlns:a="{"x" * 40}"><CFe/><CFe/></l>', CFE)
