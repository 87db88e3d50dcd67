"""What is given once: who adds the row gives it, and who finds it there does not."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from flows.relatorios import uma_vez
from flows.relatorios.uma_vez import first, forget, given
from storage.models.avisos import AvisoDado
from storage.session import reading, transaction

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def give(*sobre: str, nome: str = "resumo_diario", now: datetime = NOW) -> list[bool]:
    with transaction() as db:
        return [first(db, nome, one, now) for one in sobre]


def known(*sobre: str, nome: str = "resumo_diario") -> set[str]:
    with reading() as db:
        return given(db, nome, sobre)


def test_only_the_first_gives_a_notice(banco: str) -> None:
    assert give("1:2026-11-20") == [True]
    assert give("1:2026-11-20", "1:2026-11-21", "1:2026-11-21") == [False, True, False]


def test_another_notice_about_the_same_is_another(banco: str) -> None:
    assert give("1") == give("1", nome="certificado_vencendo") == [True]


def test_who_comes_later_does_not_change_when_it_was_given(sqlite: str) -> None:
    give("1")
    give("1", now=NOW + timedelta(days=1))
    with reading() as db:
        assert list(db.scalars(select(AvisoDado.dado_em))) == [NOW]


def test_what_a_transaction_owed_that_was_undone_is_owed_still(banco: str) -> None:
    with pytest.raises(ZeroDivisionError), transaction() as db:
        assert first(db, "resumo_diario", "1", NOW)
        1 / 0  # noqa: B018
    assert known("1") == set()
    assert give("1") == [True]


def test_of_some_things_those_are_told_that_it_was_given_about(banco: str, monkeypatch: pytest.MonkeyPatch) -> None:
    give("a", "b", "c", "d")
    give("e", nome="certificado_vencendo")
    assert known("a", "c", "e", "x") == {"a", "c"}
    assert known() == set()
    # more of them than a database takes at once
    monkeypatch.setattr(uma_vez, "AT_ONCE", 2)
    assert known("x", "a", "b", "c", "d") == {"a", "b", "c", "d"}


def test_what_is_taken_back_may_be_given_again(banco: str) -> None:
    give("1", "2")
    give("1", nome="certificado_vencendo")
    with transaction() as db:
        forget(db, "resumo_diario", "1")
        forget(db, "resumo_diario", "nunca dado")
    assert known("1", "2") == {"2"}
    assert known("1", nome="certificado_vencendo") == {"1"}
    assert give("1") == [True]
