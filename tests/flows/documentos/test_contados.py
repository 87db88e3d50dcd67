"""What totals count: authorised, whole, of production, and a document of several companies once."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from support import acervo
from support.acervo import MERCADO, PADARIA, frete, guardar, nota

from core.caller import OPERATOR, Caller
from core.documentos.conteudo import Papel
from core.documentos.situacao import Situacao
from core.errors import NotFound
from flows.documentos.contados import Which, for_each_company, money, once
from flows.documentos.filtro import Filtro
from storage.models.documentos import DE_CTE, DE_NFE, Documento
from storage.session import reading


def counted(caller: Caller = OPERATOR, which: Which | None = None, **filtro: Any) -> list[int]:
    with reading() as db:
        conditions = once(db, caller, DE_NFE, Filtro(**filtro), which)
        return list(db.scalars(select(Documento.id).where(*conditions).order_by(Documento.id)))


def of_each(caller: Caller = OPERATOR, kinds: tuple[str, ...] = DE_NFE) -> list[int]:
    with reading() as db:
        query = select(Documento.id).where(*for_each_company(db, caller, kinds)).order_by(Documento.id)
        return list(db.scalars(query))


def issued(model: type[Documento]) -> Any:
    return model.papel == Papel.EMITENTE


def test_only_what_is_authorised_whole_and_of_production_counts(banco: str) -> None:
    one = guardar(nota(1))
    for number, situacao in enumerate(Situacao, 2):
        if situacao is not Situacao.AUTORIZADA:
            guardar(nota(number), situacao=situacao)
    guardar(nota(10), completo=False)
    guardar(nota(11, ambiente=2))
    guardar(nota(12, ambiente=None))
    consumer = guardar(nota(13, modelo="65"))
    freight = guardar(frete(14))
    assert counted() == of_each() == [one, consumer]
    assert of_each(kinds=DE_CTE) == [freight]


def test_a_document_of_two_companies_counts_once_and_for_each_of_them_where_roles_are_told_apart(banco: str) -> None:
    ana = acervo.usuario("ana")
    seller, buyer = acervo.empresa(PADARIA, ana), acervo.empresa(MERCADO, ana)
    bought = guardar(nota(1), de=ana, empresa=buyer, papel=Papel.DESTINATARIO)
    sold = guardar(nota(1), de=ana, empresa=seller, papel=Papel.EMITENTE)
    alone = guardar(nota(2), de=ana, empresa=seller, papel=Papel.EMITENTE)
    assert counted() == counted(Caller(ana)) == [bought, alone]
    assert of_each() == [bought, sold, alone]


def test_of_sales_the_row_of_the_issuer_is_counted_though_another_came_first(banco: str) -> None:
    seller, buyer = acervo.empresa(PADARIA), acervo.empresa(MERCADO)
    guardar(nota(1), empresa=buyer, papel=Papel.DESTINATARIO)
    sold = guardar(nota(1), empresa=seller, papel=Papel.EMITENTE)
    with reading() as db:
        conditions = [*once(db, OPERATOR, DE_NFE, which=issued), issued(Documento)]
        assert list(db.scalars(select(Documento.id).where(*conditions))) == [sold]
        without = [*once(db, OPERATOR, DE_NFE), issued(Documento)]
        assert list(db.scalars(select(Documento.id).where(*without))) == []


def test_what_does_not_count_does_not_stand_in_the_way_of_its_copy(banco: str) -> None:
    ana, bia = acervo.usuario("ana"), acervo.usuario("bia")
    guardar(nota(1), de=ana, situacao=Situacao.CANCELADA)
    whole = guardar(nota(1), de=bia)
    assert counted() == [whole]


def test_what_is_another_users_stands_in_nobodys_way(banco: str) -> None:
    ana, bia = acervo.usuario("ana"), acervo.usuario("bia")
    hers, his = guardar(nota(1), de=ana), guardar(nota(1), de=bia)
    assert (counted(Caller(ana)), counted(Caller(bia)), counted()) == ([hers], [his], [hers])


def test_what_was_asked_for_narrows_what_is_counted_and_a_company_its_copies(banco: str) -> None:
    seller, buyer = acervo.empresa(PADARIA), acervo.empresa(MERCADO)
    bought, sold = guardar(nota(1), empresa=buyer), guardar(nota(1), empresa=seller)
    assert (counted(empresa=MERCADO), counted(empresa=PADARIA)) == ([bought], [sold])
    assert (counted(mes="2026-11"), counted(mes="2026-10")) == ([bought], [])
    with pytest.raises(NotFound):
        counted(Caller(acervo.usuario("ana")), empresa=PADARIA)


@pytest.mark.parametrize(("total", "shown"), [(None, "0.00"), (Decimal("0"), "0"), (Decimal("10.50"), "10.50")])
def test_a_sum_over_nothing_is_no_money(total: Decimal | None, shown: str) -> None:
    assert str(money(total)) == shown
