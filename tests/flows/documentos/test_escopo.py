"""Documents batch by batch in their order, whatever comes in meanwhile, each with its copies."""

from datetime import UTC, datetime
from typing import Any

import pytest
from support import acervo
from support.acervo import ISSUED, MERCADO, PADARIA, frete, guardar, nota

from core.caller import OPERATOR, Caller
from core.errors import NotFound, UsageError
from flows.documentos import escopo
from flows.documentos.escopo import conditions, copies, pages
from flows.documentos.filtro import Conditions, Filtro


def wanted(caller: Caller = OPERATOR, **filtro: Any) -> Conditions:
    return conditions(Filtro(**filtro), caller)


def numbers(caller: Caller = OPERATOR, **filtro: Any) -> list[list[int]]:
    return [[one.id for one in page] for page in pages(wanted(caller, **filtro))]


@pytest.mark.parametrize(("amount", "paged"), [(0, []), (1, [1]), (2, [2]), (3, [2, 1]), (4, [2, 2])])
def test_pages_are_full_but_the_last(
    sqlite: str, monkeypatch: pytest.MonkeyPatch, amount: int, paged: list[int]
) -> None:
    monkeypatch.setattr(escopo, "PAGE", 2)
    stored = [guardar(nota(number)) for number in range(1, amount + 1)]
    found = numbers()
    assert [len(page) for page in found] == paged
    assert [number for page in found for number in page] == stored


def test_what_comes_in_between_two_pages_comes_behind_and_shifts_nothing(
    banco: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(escopo, "PAGE", 2)
    stored = [guardar(nota(number)) for number in (9, 8, 7)]
    reading = pages(wanted())
    first = [one.id for one in next(reading)]
    stored.append(guardar(nota(1)))
    assert [first, *([one.id for one in page] for page in reading)] == [stored[:2], stored[2:]]


def test_a_document_goes_out_with_its_company_and_in_its_own_time(banco: str) -> None:
    company = acervo.empresa(MERCADO)
    guardar(nota(1), empresa=company)
    guardar(frete(2, data_emissao=None))
    ((one, other),) = pages(wanted())
    assert (one.empresa, one.emit_cnpj, one.especie, one.mes) == (MERCADO, PADARIA, "nfe", "2026-11")
    assert one.data_emissao is not None
    assert one.data_emissao.isoformat() == ISSUED.isoformat()
    assert (other.empresa, other.data_emissao, other.mes, other.especie) == (None, None, None, "cte")


def test_only_what_is_the_callers_and_was_asked_for_goes_out(banco: str) -> None:
    ana, bia = acervo.usuario("ana"), acervo.usuario("bia")
    hers = guardar(nota(1), de=ana, empresa=acervo.empresa(PADARIA, ana))
    old = guardar(nota(2, data_emissao=datetime(2026, 10, 1, tzinfo=UTC)), de=ana)
    his = guardar(nota(3), de=bia)
    assert numbers() == [[hers, old, his]]
    assert (numbers(Caller(ana)), numbers(Caller(bia))) == ([[hers, old]], [[his]])
    assert (numbers(empresa=PADARIA), numbers(mes="2026-10")) == ([[hers]], [[old]])
    with pytest.raises(NotFound):
        wanted(Caller(bia), empresa=PADARIA)
    with pytest.raises(UsageError):
        wanted(mes="outubro")


def test_copies_of_a_page_are_told_as_far_as_it_goes(sqlite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(escopo, "PAGE", 2)
    users = [acervo.usuario(name) for name in ("ana", "bia", "caio", "duda")]
    first, second, third, fourth = (
        guardar(nota(number), de=user) for number, user in zip((1, 2, 1, 1), users, strict=True)
    )
    mine = wanted()
    one, two = pages(mine)
    assert [each.id for each in copies(mine, one)] == [first, second]
    # those that come later count from there
    assert [each.id for each in copies(mine, two)] == [first, third, fourth]
    his = wanted(Caller(users[2]))
    (page,) = pages(his)
    assert [each.id for each in copies(his, page)] == [third]
