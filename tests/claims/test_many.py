"""Many rows in one statement, exactly as they would go in one by one, on both databases."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select
from support.fiscal import NOW, nota, stored

from claims.many import Adding
from storage.models.documentos import DocumentoItem, DocumentoLigacao, XmlGuardado
from storage.models.empresas import Empresa
from storage.models.limites import Marca
from storage.rows import next_numbers, table_of
from storage.session import reading, transaction

pytestmark = pytest.mark.usefixtures("banco")
MARKS = table_of(Marca)


def test_rows_that_are_there_stay_as_they_are_where_that_is_asked_for() -> None:
    adding = Adding(MARKS, "nome", "instante", missing=True)
    later = datetime(2027, 1, 1, tzinfo=UTC)
    with transaction() as db:
        adding.add(db.connection(), [{"nome": "a", "instante": NOW}])
        adding.add_values(db.connection(), [("a", later), ("b", later)])
    with reading() as db:
        assert {one.nome: one.instante for one in db.scalars(select(Marca))} == {"a": NOW, "b": later}


def test_decimals_stay_exact() -> None:
    (done,) = stored(nota(itens=()))
    adding = Adding(
        table_of(DocumentoItem), "documento_id", "numero_item", "quantidade", "valor_unitario", "valor_total"
    )
    values = (Decimal("0.3333"), Decimal("12345678901.0123456789"), Decimal("9999999999999.99"))
    with transaction() as db:
        adding.add_values(db.connection(), [(done.documento_id, 1, *values), (done.documento_id, 2, None, None, None)])
    with reading() as db:
        one, two = db.scalars(select(DocumentoItem).order_by(DocumentoItem.numero_item))
    assert (one.quantidade, one.valor_unitario, one.valor_total) == values
    assert (two.quantidade, two.valor_unitario, two.valor_total) == (None, None, None)


def test_bytes_go_in_as_they_are() -> None:
    adding = Adding(table_of(XmlGuardado), "id", "sha256", "tamanho", "conteudo")
    with transaction() as db:
        numbers = next_numbers(db, XmlGuardado, 2)
        adding.add_values(db.connection(), [(number, f"{number}", 2, b"\0\xff") for number in numbers])
    with reading() as db:
        assert [bytes(one.conteudo) for one in db.scalars(select(XmlGuardado))] == [b"\0\xff"] * 2


def test_numbers_that_are_taken_are_nobody_elses() -> None:
    with transaction() as db:
        first = list(next_numbers(db, Empresa, 3))
        db.add(Empresa(id=first[-1], dono="0:0", cnpj="1", criada_em=NOW))
    with transaction() as db:
        second = list(next_numbers(db, Empresa, 3))
    assert len(set(first) | {second[-1]}) == 4
    assert min(second) > max(first)


def test_nothing_to_add_is_nothing() -> None:
    with transaction() as db:
        Adding(table_of(DocumentoLigacao), "documento_id", "laco", "chave").add(db.connection(), [])
