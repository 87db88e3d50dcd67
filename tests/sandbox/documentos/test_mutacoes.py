"""Broken documents are the same for the same seed, different from each other, and of a size that can be borne."""

import pytest
from lxml import etree

from sandbox.documentos.mutacoes import mutados, sementes

LONGEST = 200_000


def test_what_is_broken_was_whole_and_of_every_kind() -> None:
    roots = [etree.QName(etree.fromstring(one)).localname for one in sementes()]
    notes = "nfeProc NFe enviNFe procEventoNFe evento retConsSitNFe procCancNFe resEvento resNFe ProcInutNFe"
    assert set(roots) == {*notes.split(), "cteProc", "procEventoCTe", "CFe", "envCFe"}


def test_the_same_seed_breaks_the_same_way_and_another_another() -> None:
    first, again, other = (list(mutados(30, seed)) for seed in (7, 7, 8))
    assert first == again
    assert first != other
    assert len(set(first)) > 25


@pytest.mark.parametrize("amount", [0, 1, 50])
def test_there_are_as_many_as_were_asked_for(amount: int) -> None:
    assert len(list(mutados(amount, 1))) == amount


def test_nearly_all_differ_from_what_they_were_made_of() -> None:
    whole = sementes()
    assert sum(one in whole for one in mutados(200, 3, whole)) < 30


def test_only_what_is_given_is_broken() -> None:
    given = b'<raiz xmlns="urn:a"><valor>1</valor></raiz>'
    found = list(mutados(300, 5, [given]))
    assert not any(b"nfeProc" in one for one in found)
    assert {True, False} == {b"raiz" in one for one in found}


@pytest.mark.parametrize("content", [b"", b"<", b"sem nada", b"<a/>", b"\xff\xfe\x00"])
def test_whatever_is_given_can_be_broken_further(content: bytes) -> None:
    assert len(list(mutados(300, 11, [content]))) == 300


def test_what_grows_is_cut() -> None:
    found = [len(one) for one in mutados(60, 2, [b"<a>" + b"x" * 150_000 + b"</a>"])]
    assert max(found) == LONGEST
