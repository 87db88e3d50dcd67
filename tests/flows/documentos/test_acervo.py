"""The stored texts of a company as the files of a folder: met in their order, read exactly, gone when they are."""

import pytest
from sqlalchemy import delete, update
from support import acervo
from support.acervo import MERCADO, PADARIA, evento, frete, guardar, nota
from support.statements import statements

from core.documentos.files import Gone
from core.documentos.folder import Found
from flows.documentos import acervo as module
from flows.documentos.acervo import Acervo
from storage.models.documentos import Documento, XmlGuardado
from storage.models.registros import DocumentoEvento
from storage.session import transaction

ROOM = 1000


def store(company: int, mes: str | None = None, limite: int = ROOM) -> Acervo:
    return Acervo(company, mes, limite)


def met(company: int, mes: str | None = None, limite: int = ROOM) -> list[Found]:
    return list(store(company, mes, limite).walk())


def read(files: Acervo, path: str) -> bytes:
    return files.content(path, codificado=False)


@pytest.fixture
def company(banco: str) -> int:
    return acervo.empresa()


@pytest.fixture
def full(company: int) -> list[str]:
    """Two notes, a freight and an event of the second note; return the paths in the order in which they are met."""
    number = 0
    for one in (nota(2), nota(1)):
        number = guardar(one, empresa=company, xml=f"<{one.numero}/>".encode())
    guardar(frete(3), empresa=company, xml=b"<3/>")
    evento(nota(1).chave, empresa=company, documento=number, xml=b"<e/>")
    return [
        f"nfe/{nota(2).chave}.xml",
        f"nfe/{nota(1).chave}.xml",
        f"cte/{frete(3).chave}.xml",
        f"eventos/{nota(1).chave}-110111-1.xml",
    ]


def test_documents_are_met_as_they_came_and_events_behind_them(company: int, full: list[str]) -> None:
    assert [one.caminho for one in met(company)] == full
    assert [one.tamanho for one in met(company)] == [4] * 4
    assert {(one.codificado, one.motivo) for one in met(company)} == {(False, None)}


def test_texts_are_read_exactly_in_any_order_and_again(company: int, full: list[str]) -> None:
    texts = dict(zip(full, (b"<2/>", b"<1/>", b"<3/>", b"<e/>"), strict=True))
    files = store(company)
    assert {one.caminho: read(files, one.caminho) for one in files.walk()} == texts
    for path in (full[3], full[0], full[0]):
        assert read(files, path) == texts[path]
    assert read(store(company), full[2]) == b"<3/>"
    files.close()


def test_those_that_were_met_are_read_together(company: int, full: list[str]) -> None:
    files = store(company)
    list(files.walk())
    with statements() as said:
        assert [read(files, path) for path in full] == [b"<2/>", b"<1/>", b"<3/>", b"<e/>"]
    assert len([one for one in said if one.startswith("SELECT")]) == 1


@pytest.mark.parametrize(
    ("ahead", "bytes_", "queries"), [(2, 1000, 2), (1, 1000, 4), (100, 8, 2), (100, 1, 4), (3, 8, 2)]
)
def test_as_many_are_read_together_as_there_may_be(
    company: int, full: list[str], monkeypatch: pytest.MonkeyPatch, ahead: int, bytes_: int, queries: int
) -> None:
    monkeypatch.setattr(module, "AHEAD", ahead)
    monkeypatch.setattr(module, "AHEAD_BYTES", bytes_)
    files = store(company)
    list(files.walk())
    with statements() as said:
        assert [read(files, path) for path in full] == [b"<2/>", b"<1/>", b"<3/>", b"<e/>"]
    assert len([one for one in said if one.startswith("SELECT")]) == queries


def test_what_was_passed_over_is_found_all_the_same(company: int, full: list[str]) -> None:
    files = store(company)
    list(files.walk())
    assert read(files, full[2]) == b"<3/>"
    assert read(files, full[0]) == b"<2/>"


def test_a_text_that_is_too_large_is_met_and_told(company: int, full: list[str]) -> None:
    assert {one.motivo for one in met(company, limite=4)} == {None}
    assert {one.motivo for one in met(company, limite=3)} == {"grande_demais"}


def test_a_fuller_text_is_another_number_of_the_same_path(company: int) -> None:
    number = guardar(nota(1), empresa=company, xml=b"<1/>")
    (before,) = met(company)
    other = guardar(nota(2), empresa=company, xml=b"<maior/>")
    with transaction() as db:
        fuller = db.get_one(Documento, other).xml_id
        db.execute(update(Documento).where(Documento.id == number).values(xml_id=fuller))
    after, _ = met(company)
    assert (after.caminho, after.mtime_ns != before.mtime_ns) == (before.caminho, True)
    assert read(store(company), after.caminho) == b"<maior/>"


@pytest.mark.parametrize("walked", [True, False])
def test_what_went_is_gone(company: int, full: list[str], walked: bool) -> None:
    files = store(company)
    assert not walked or len(list(files.walk())) == 4
    with transaction() as db:
        db.execute(delete(DocumentoEvento))
        db.execute(update(Documento).values(xml_id=None))
        db.execute(delete(XmlGuardado))
    for path in full:
        with pytest.raises(Gone) as caught:
            read(files, path)
        assert caught.value.motivo == "ilegivel"


def test_what_was_never_there_is_gone(company: int, full: list[str]) -> None:
    for path in (
        f"nfe/{nota(7).chave}.xml",
        f"eventos/{nota(1).chave}-110110-1.xml",
        f"eventos/{nota(2).chave}-110111-1.xml",
    ):
        with pytest.raises(Gone):
            read(store(company), path)


def test_a_company_has_its_own_texts_only(company: int, full: list[str]) -> None:
    ana = acervo.usuario("ana")
    other = acervo.empresa(PADARIA, ana)
    assert met(other) == []
    guardar(nota(1), de=ana, empresa=other, xml=b"<dela/>")
    assert [one.caminho for one in met(other)] == [full[1]]
    assert (read(store(other), full[1]), read(store(company), full[1])) == (b"<dela/>", b"<1/>")
    with pytest.raises(Gone):
        read(store(acervo.empresa(MERCADO)), full[0])


def test_a_month_has_its_documents_and_the_events_about_them(company: int) -> None:
    old = nota(1, data_emissao=acervo.ISSUED.replace(month=10))
    number, new = guardar(old, empresa=company), guardar(nota(2), empresa=company)
    evento(old.chave, empresa=company, documento=number, xml=b"<e/>")
    evento(nota(2).chave, empresa=company, documento=new, xml=b"<e/>")
    # of a document that is not there nobody knows the month
    evento(nota(9).chave, empresa=company, xml=b"<e/>")
    assert [one.caminho for one in met(company, "2026-10")] == [
        f"nfe/{old.chave}.xml",
        f"eventos/{old.chave}-110111-1.xml",
    ]
    assert (len(met(company)), met(company, "2026-09")) == (5, [])


def test_pages_leave_nothing_out_and_what_comes_meanwhile_is_met(company: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGE", 2)
    stored = [guardar(nota(number), empresa=company) for number in range(1, 6)]
    files = store(company)
    walking = files.walk()
    first = next(walking)
    stored.append(guardar(nota(6), empresa=company))
    paths = [first.caminho, *(one.caminho for one in walking)]
    assert paths == [f"nfe/{nota(number).chave}.xml" for number in range(1, 7)]
    # of those that were met long ago each is read by itself
    assert read(files, paths[0]) == f"<x>{nota(1).chave}</x>".encode()
