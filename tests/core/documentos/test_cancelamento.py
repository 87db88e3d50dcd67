"""What beside a document cancels it: the registered answer to a cancellation of its very key, in its environment."""

import pytest
from lxml import etree
from lxml.etree import _Element

from core.documentos.cancelamento import holds_its_cancellation
from core.documentos.espacos import NFE
from sandbox.documentos.comum import chave

KEY, OTHER, MANIFEST = chave("55", 7), chave("55", 8), chave("58", 7)
SAID = {"tpAmb": "1", "cStat": "135", "chNFe": KEY, "tpEvento": "110111"}


def document(*beside: str, ambiente: str = "1") -> _Element:
    """Return a note with its protocol and what stands beside them."""
    note = f"<NFe><infNFe><ide><tpAmb>{ambiente}</tpAmb></ide></infNFe></NFe><protNFe/>"
    return etree.fromstring(f'<nfeProc xmlns="{NFE}">{note}{"".join(beside)}</nfeProc>')


def answer(tag: str = "retEvento", **said: str) -> str:
    fields = "".join(f"<{name}> {value}\n</{name}>" for name, value in (SAID | said).items())
    return f"<{tag}><infEvento>{fields}</infEvento></{tag}>"


def cancels(*beside: str, ambiente: str = "1") -> bool:
    return holds_its_cancellation(document(*beside, ambiente=ambiente), "chNFe", KEY)


@pytest.mark.parametrize("tag", ["retEvento", "RetEvento", "retEventoNFe", "procEventoNFe", "PROCEVENTO"])
@pytest.mark.parametrize("status", ["135", "136", "155"])
def test_a_registered_cancellation_of_its_key_cancels(tag: str, status: str) -> None:
    assert cancels(answer(tag, cStat=status))


@pytest.mark.parametrize("tipo", ["110111", "110112"])
def test_each_kind_of_cancellation_cancels(tipo: str) -> None:
    assert cancels(answer(tpEvento=tipo))


@pytest.mark.parametrize(
    "said",
    [
        {"cStat": "573"},
        {"cStat": ""},
        {"chNFe": OTHER},
        {"chNFe": ""},
        {"tpEvento": "110110"},
        {"tpEvento": "110001"},
        {"tpEvento": ""},
    ],
)
def test_any_other_answer_changes_nothing(said: dict[str, str]) -> None:
    assert not cancels(answer(**said))


def test_one_of_several_answers_is_enough() -> None:
    assert cancels(answer(cStat="573"), answer(chNFe=OTHER), answer())


def test_nothing_beside_a_document_cancels_nothing() -> None:
    assert not cancels()


@pytest.mark.parametrize("wrapped", ["<x>{}</x>", "<evento>{}</evento>", "<protNFe>{}</protNFe>"])
def test_only_an_answer_right_beside_the_document_counts(wrapped: str) -> None:
    assert not cancels(wrapped.format(answer()))


@pytest.mark.parametrize(
    ("document_of", "answer_of", "cancelled"),
    [("1", "1", True), ("1", "2", False), ("2", "2", True), ("2", "1", True), ("", "2", False)],
)
def test_a_test_cancels_a_test_only(document_of: str, answer_of: str, cancelled: bool) -> None:
    assert cancels(answer(tpAmb=answer_of), ambiente=document_of) is cancelled


def test_a_key_is_asked_for_by_its_name_in_the_document() -> None:
    assert not holds_its_cancellation(document(answer()), "chCTe", KEY)


def test_what_closes_a_manifest_does_not_cancel_it() -> None:
    closed, cancelled = (answer(chMDFe=MANIFEST, tpEvento=tipo) for tipo in ("110112", "110111"))
    assert not holds_its_cancellation(document(closed), "chMDFe", MANIFEST)
    assert holds_its_cancellation(document(cancelled), "chMDFe", MANIFEST)


def test_remarks_within_an_answer_are_no_fields() -> None:
    assert cancels(answer().replace("<infEvento>", "<infEvento><!-- x --><?p q?>"))
