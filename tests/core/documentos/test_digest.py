"""Whether a document and its proof are about the same text, as far as both say so."""

import pytest
from lxml import etree

from core.documentos.digest import assinado, diferem, nu, respondido
from core.documentos.espacos import DSIG
from sandbox.documentos.comum import chave
from sandbox.documentos.notas import nota, resumo

NOTE = nota(7, status=None)
ONE, OTHER = "5dCn8Jwq6XcTiGYJ4UCRIQ0mAnY=", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="  # pragma: allowlist secret
SUMMARY = resumo(NOTE)


def _attribute(uri: str | None) -> str:
    return "" if uri is None else f' URI="{uri}"'


def signed(*references: tuple[str | None, str]) -> etree._Element:
    """Return a document whose signatures refer to these URIs with these digests."""
    parts = "".join(
        f"<Reference{_attribute(uri)}><DigestValue>{digest}</DigestValue></Reference>" for uri, digest in references
    )
    return etree.fromstring(f'<a><Signature xmlns="{DSIG}"><SignedInfo>{parts}</SignedInfo></Signature></a>')


@pytest.mark.parametrize(
    ("references", "digest"),
    [
        ([(f"#NFe{NOTE.chave}", ONE)], ONE),
        ([(f"#{NOTE.chave}", ONE)], ONE),
        ([(f"#NFe{chave('55', 8)}", OTHER), (f"#NFe{NOTE.chave}", ONE)], ONE),
        ([(f"#NFe{NOTE.chave}", f"\n  {ONE[:10]}\n  {ONE[10:]}\n")], ONE),
        ([(f"#NFe{chave('55', 8)}", OTHER)], None),
        ([(f"#NFe{NOTE.chave}x", ONE)], None),
        ([(f"#NFe{NOTE.chave}", " ")], None),
        ([("", ONE), (None, ONE)], None),
        ([], None),
    ],
)
def test_a_signature_counts_for_the_key_that_it_refers_to(
    references: list[tuple[str | None, str]], digest: str | None
) -> None:
    assert assinado(signed(*references), NOTE.chave) == digest


def test_a_reference_outside_the_namespace_of_signatures_is_none() -> None:
    text = etree.tostring(signed((f"#NFe{NOTE.chave}", ONE))).replace(DSIG.encode(), b"urn:x")
    assert assinado(etree.fromstring(text), NOTE.chave) is None


@pytest.mark.parametrize(
    ("text", "digest"),
    [
        (f"<a><digVal>{ONE}</digVal></a>", ONE),
        (f'<a xmlns="urn:x"><b><digVal> {ONE}\n</digVal></b></a>', ONE),
        ("<a><digVal/></a>", None),
        ("<a/>", None),
    ],
)
def test_an_answer_names_its_digest_in_any_namespace(text: str, digest: str | None) -> None:
    assert respondido(etree.fromstring(text)) == digest


@pytest.mark.parametrize(
    ("document", "proof", "differ"),
    [
        (NOTE.xml, SUMMARY, False),
        (NOTE.xml, SUMMARY.replace(ONE.encode(), OTHER.encode()), True),
        (NOTE.xml.replace(ONE.encode(), OTHER.encode()), SUMMARY, True),
        (NOTE.xml.replace(ONE.encode(), f" {ONE} ".encode()), SUMMARY, False),
        # what is not known proves no difference
        (NOTE.xml, SUMMARY.replace(ONE.encode(), b""), False),
        (NOTE.xml.replace(b"DigestValue", b"Digest"), SUMMARY, False),
        (nota(8, status=None).xml, SUMMARY.replace(ONE.encode(), OTHER.encode()), False),
        (NOTE.xml[:-9], SUMMARY.replace(ONE.encode(), OTHER.encode()), False),
        (NOTE.xml, b"", False),
        (b"", b"", False),
    ],
    ids=[
        "same",
        "proof",
        "document",
        "blanks",
        "no answer",
        "unsigned",
        "another key",
        "broken",
        "no proof",
        "nothing",
    ],
)
def test_two_texts_differ_only_where_both_say_what_they_are_of(document: bytes, proof: bytes, differ: bool) -> None:
    assert diferem(document, proof, NOTE.chave) is differ


@pytest.mark.parametrize(
    ("digest", "bare"), [("ab cd\n ef", "abcdef"), ("\t", None), ("", None), (None, None), ("abc=", "abc=")]
)
def test_a_digest_has_no_blanks(digest: str | None, bare: str | None) -> None:
    assert nu(digest) == bare
