"""The numbers of every company's series are looked at in turn, and what is missing is noted for whoever judges it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from support import acervo
from support.acervo import MERCADO, NOW, guardar, nota

from core.clock import FixedClock
from core.documentos.conteudo import Papel
from flows.documentos.numeracao import conferir
from storage.models.documentos import Documento, Numeracao
from storage.models.empresas import Empresa
from storage.models.usuarios import Usuario
from storage.session import reading, transaction


@pytest.fixture
def company(banco: str) -> int:
    return acervo.empresa()


def stored(company: int, *numbers: int, de: int | None = None, quando: datetime = NOW, **said: Any) -> None:
    for number in numbers:
        guardar(nota(number, **said), de=de, empresa=company, papel=Papel.EMITENTE, quando=quando)


def noted(order: Any = Numeracao.id) -> list[Numeracao]:
    with reading() as db:
        return list(db.scalars(select(Numeracao).order_by(order)))


def figures() -> list[tuple[int, int, int, datetime | None]]:
    """Return of each series the missing numbers, those that were asked for, and since when the oldest gap is known."""
    return [(one.serie, one.faltam, one.sem_resposta, one.desde) for one in noted()]


def test_where_nothing_was_issued_there_is_nothing_to_look_at(company: int) -> None:
    assert (conferir(FixedClock(NOW)), noted()) == (0, [])


def test_what_is_missing_is_added_up_and_known_since_its_oldest_gap(company: int) -> None:
    early, late = NOW - timedelta(days=9), NOW - timedelta(days=2)
    stored(company, 1, 4, quando=late)
    stored(company, 8, 9, quando=early)
    stored(company, 20, 22, quando=early)
    assert conferir(FixedClock(NOW)) == 1
    # 2 and 3, 5 to 7, 10 to 19, 21
    assert figures() == [(1, 16, 0, early)]


def test_what_was_asked_for_without_an_answer_is_missing_too_and_told_apart(company: int) -> None:
    stored(company, 1, 10)
    acervo.inutilizada(2, 4, empresa=company)
    acervo.inutilizada(5, 6, empresa=company, homologada=False)
    conferir(FixedClock(NOW))
    assert figures() == [(1, 5, 2, NOW)]


def test_a_series_without_a_gap_is_noted_as_such(company: int) -> None:
    stored(company, 1, 2)
    conferir(FixedClock(NOW))
    assert figures() == [(1, 0, 0, None)]
    assert [one.conferida_em for one in noted()] == [NOW]


def test_a_gap_that_is_filled_is_noted_with_the_next_look(company: int) -> None:
    clock = FixedClock(NOW)
    stored(company, 1, 3)
    conferir(clock)
    stored(company, 2)
    clock.advance(3600)
    conferir(clock)
    assert figures() == [(1, 0, 0, None)]
    assert [one.conferida_em for one in noted()] == [NOW + timedelta(hours=1)]


@pytest.mark.parametrize("turned_off", [{Empresa.ativa: False}, {Usuario.ativo: False}], ids=["company", "user"])
def test_what_is_out_of_use_is_forgotten_and_comes_back_with_it(banco: str, turned_off: dict[Any, bool]) -> None:
    ana = acervo.usuario("ana")
    stored(acervo.empresa(de=ana), 1, 4, de=ana)
    # one that stays
    stored(acervo.empresa(MERCADO), 1, 3, emit_cnpj=MERCADO)

    def turn(on: bool) -> None:
        with transaction() as db:
            for column in turned_off:
                db.execute(update(column.class_).values({column: on}).where(*_mine(column, ana)))

    assert conferir(FixedClock(NOW)) == 2
    turn(on=False)
    assert conferir(FixedClock(NOW)) == 1
    assert [one.faltam for one in noted()] == [1]
    turn(on=True)
    assert conferir(FixedClock(NOW)) == 2


def _mine(column: Any, usuario: int) -> list[Any]:
    return [Empresa.usuario_id == usuario] if column.class_ is Empresa else [Usuario.id == usuario]


def test_a_series_that_nothing_is_left_of_is_forgotten(company: int) -> None:
    stored(company, 1, 4)
    stored(company, 1, 4, serie=2)
    conferir(FixedClock(NOW))
    with transaction() as db:
        # as where the documents turned out to be somebody else's
        db.execute(update(Documento).where(Documento.serie == 2).values(emit_cnpj=MERCADO))
    assert conferir(FixedClock(NOW)) == 1
    assert [one.serie for one in noted()] == [1]


def test_what_a_run_has_no_time_for_comes_first_in_the_next(company: int) -> None:
    clock = FixedClock(NOW)
    for serie in range(3):
        stored(company, 1, 4, serie=serie)
    for _ in range(3):
        assert conferir(clock, seconds=0) == 1
        clock.advance(3600)
    assert [one.serie for one in noted(Numeracao.conferida_em)] == [0, 1, 2]
    assert conferir(clock, seconds=0) == 1
    assert [one.serie for one in noted(Numeracao.conferida_em)] == [1, 2, 0]


def test_looking_twice_changes_nothing_more(company: int) -> None:
    clock = FixedClock(NOW)
    stored(company, 1, 4)
    stored(company, 7, serie=2)
    assert (conferir(clock), conferir(clock)) == (2, 2)
    first = [one.id for one in noted()]
    assert figures() == [(1, 2, 0, NOW), (2, 0, 0, None)]
    clock.advance(3600)
    conferir(clock)
    assert ([one.id for one in noted()], figures()) == (first, [(1, 2, 0, NOW), (2, 0, 0, None)])
