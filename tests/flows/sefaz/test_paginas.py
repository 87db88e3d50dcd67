"""What came is stored with its outcome, and a document that cannot be costs no other.

docs/reference/contracts/sefaz.md §2.6, §3.3.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from support.consultas import rows
from support.numeracao import Numeracao, after, lidos, numeracao

from connectors.sefaz import Recebido
from core.documentos.conteudo import Parte
from core.errors import Misconfigured
from flows.documentos.entries import Resultado
from flows.sefaz.paginas import REASON_LIMIT, UNSTORED, Fim, Lido, Totais, guardar, importar, ler
from sandbox.documentos.notas import nota, resumo
from storage.models.documentos import Documento
from storage.models.sefaz import DocumentoDistribuido
from storage.session import engine, transaction

SCHEMA, SUMMARY = "procNFe_v4.00.xsd", "resNFe_v1.01.xsd"
ONE, TWO, THREE = nota(1), nota(2), nota(3)
NO_GZIP = Lido(Recebido(8, SCHEMA, None, None, b"nada", "o conteúdo não é gzip"), ())


@pytest.fixture
def mine(sqlite: str) -> Numeracao:
    return numeracao()


def keep(mine: Numeracao, *came: Lido, consulta: int | None = None) -> Totais:
    with transaction() as db:
        return guardar(db, mine.quem, mine.serie_id, came, after(1), consulta)


def outcomes() -> list[tuple[int | None, str, str | None, bytes | None]]:
    with transaction() as db:
        found = db.query(DocumentoDistribuido).order_by(DocumentoDistribuido.nsu)
        return [(one.nsu, one.resultado, one.motivo, one.bruto) for one in found]


def keys() -> list[str]:
    return sorted(one.chave for one in rows(Documento))


@contextmanager
def refusing(chave: str) -> Iterator[None]:
    """Let the database refuse the document of a key."""
    with engine().begin() as connection:
        connection.exec_driver_sql(
            f"CREATE TRIGGER recusa BEFORE INSERT ON documento WHEN NEW.chave = '{chave}' "
            "BEGIN SELECT RAISE(ABORT, 'nao cabe'); END"
        )
    yield
    with engine().begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER recusa")


def test_only_what_could_be_opened_is_read() -> None:
    came = [
        Recebido(1, SCHEMA, "procNFe", ONE.xml),
        Recebido(2, SCHEMA, None, TWO.xml, None, "a raiz é outra"),
        Recebido(3, SCHEMA, "procNFe", b""),
        Recebido(4, SCHEMA, None, None, b"x", "não é gzip"),
    ]
    found = ler(came)
    assert [one.recebido for one in found] == came
    assert [[part.conteudo is not None for part in one.partes] for one in found] == [[True], [], [], []]


@pytest.mark.parametrize(("nsu", "name"), [(7, "000000000000007-x.xsd"), (None, "000000000000000-x.xsd")])
def test_its_name_is_its_number_and_what_it_is_said_to_be(nsu: int | None, name: str) -> None:
    assert Lido(Recebido(nsu, "x.xsd", None, None), ()).nome == name


def test_what_came_is_counted_and_each_keeps_its_outcome(mine: Numeracao) -> None:
    good, again, empty = *lidos((5, SCHEMA, ONE.xml), (6, SCHEMA, ONE.xml)), Lido(Recebido(7, SCHEMA, None, b""), ())
    assert keep(mine, good, again, empty, NO_GZIP, consulta=40) == Totais(4, 1, 2)
    assert outcomes() == [
        (5, "novo", None, None),
        (6, "repetido", None, None),
        (7, "erro", "o documento está vazio", b""),
        (8, "erro", "o conteúdo não é gzip", b"nada"),
    ]
    assert {one.consulta_id for one in rows(DocumentoDistribuido)} == {40}
    assert {one.documento_id for one in rows(DocumentoDistribuido)} == {rows(Documento)[0].id, None}


def test_nothing_that_came_is_nothing_stored(mine: Numeracao) -> None:
    assert keep(mine) == Totais()
    assert outcomes() == []


def test_a_summary_and_then_its_whole_text_are_imported_and_what_only_proves_it_too(mine: Numeracao) -> None:
    assert keep(mine, *lidos((1, SUMMARY, resumo(ONE)))) == Totais(1, 1, 0)
    assert keep(mine, *lidos((2, SCHEMA, ONE.xml))) == Totais(1, 1, 0)
    assert keep(mine, *lidos((3, SCHEMA, nota(2, status=None).xml))) == Totais(1, 1, 0)
    assert keep(mine, *lidos((4, SCHEMA, TWO.xml))) == Totais(1, 1, 0)
    assert [one[1] for one in outcomes()] == ["novo", "novo", "novo", "atualizado"]


def test_what_is_refused_in_reading_is_kept_as_it_came_with_why(mine: Numeracao) -> None:
    text = b'<?xml version="1.0"?><!DOCTYPE a><a/>'
    assert keep(mine, *lidos((1, SCHEMA, text))) == Totais(1, 0, 1)
    ((nsu, resultado, motivo, bruto),) = outcomes()
    assert (nsu, resultado, bruto) == (1, "erro", text)
    assert motivo


def test_a_long_reason_is_cut_to_what_its_column_holds(mine: Numeracao) -> None:
    keep(mine, Lido(Recebido(1, SCHEMA, None, None, b"x", "m" * 600), ()))
    assert outcomes()[0][2] == "m" * REASON_LIMIT


def test_of_several_documents_in_one_text_the_bad_one_is_the_outcome(mine: Numeracao) -> None:
    (good,) = lidos((1, SCHEMA, ONE.xml))
    bad = Parte(numero=1, texto=b"<x/>", motivo="raiz", mensagem="não é um documento fiscal")
    both = Lido(good.recebido, [*good.partes, bad])
    assert keep(mine, both) == Totais(1, 0, 1)
    assert (outcomes()[0][1:3], keys()) == (("erro", "não é um documento fiscal"), [ONE.chave])


def test_a_number_that_came_unread_makes_room_for_what_can_be_read(mine: Numeracao) -> None:
    keep(mine, NO_GZIP)
    keep(mine, *lidos((8, SCHEMA, ONE.xml)))
    assert outcomes() == [(8, "novo", None, None)]


def test_a_number_that_came_good_stays_whatever_comes_later(mine: Numeracao) -> None:
    keep(mine, *lidos((8, SCHEMA, ONE.xml)))
    keep(mine, NO_GZIP)
    keep(mine, *lidos((8, SCHEMA, TWO.xml)))
    assert outcomes() == [(8, "novo", None, None)]


def test_a_number_unread_twice_is_kept_as_it_came_first(mine: Numeracao) -> None:
    keep(mine, NO_GZIP)
    keep(mine, Lido(Recebido(8, SCHEMA, None, None, b"outra", "o gzip está cortado"), ()))
    assert outcomes() == [(8, "erro", "o conteúdo não é gzip", b"nada")]


def test_a_document_that_the_database_refuses_costs_itself_alone(mine: Numeracao) -> None:
    came = lidos((1, SCHEMA, ONE.xml), (2, SCHEMA, TWO.xml), (3, SCHEMA, THREE.xml))
    with refusing(TWO.chave):
        assert keep(mine, *came) == Totais(3, 2, 1)
    assert outcomes() == [(1, "novo", None, None), (2, "erro", UNSTORED, TWO.xml), (3, "novo", None, None)]
    assert keys() == sorted([ONE.chave, THREE.chave])


def test_each_outcome_stands_at_the_place_of_its_document(mine: Numeracao) -> None:
    came = [*lidos((1, SCHEMA, ONE.xml)), NO_GZIP, *lidos((2, SCHEMA, TWO.xml))]
    with transaction() as db:
        first, bad, last = importar(db, mine.dono, came, after(1))
    assert bad == Fim(Resultado.ERRO, "o conteúdo não é gzip")
    assert [(one.resultado, one.chave) for one in (first, last)] == [
        (Resultado.NOVO, ONE.chave),
        (Resultado.NOVO, TWO.chave),
    ]


def test_a_database_that_takes_nothing_is_no_outcome_of_a_document(mine: Numeracao) -> None:
    """Else all of a page would be kept as unread, and never be asked for again."""
    came = lidos((1, SCHEMA, ONE.xml), (2, SCHEMA, TWO.xml))
    with pytest.raises(Misconfigured, match="Não consigo escrever"), transaction() as db:
        db.connection().exec_driver_sql("PRAGMA query_only=ON")
        importar(db, mine.dono, came, after(1))
