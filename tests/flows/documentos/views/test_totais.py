"""What totals count, for whom; each figure over nothing is 0.00."""

from dataclasses import astuple
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import insert
from support import acervo
from support.acervo import ISSUED, MERCADO, NOW, PADARIA, frete, guardar, item, muitas, nota

from core.caller import OPERATOR, Caller
from core.clock import FixedClock
from core.documentos.conteudo import Cupom, Especie, Papel
from core.documentos.situacao import Situacao
from core.errors import NotFound, UsageError
from flows.documentos.filtro import TUDO, Filtro
from flows.documentos.views import cte, totais
from flows.documentos.views.apuracao import apuracao
from flows.documentos.views.dashboard import dashboard
from flows.documentos.views.emitentes import por_emitente
from flows.documentos.views.rotas import rotas
from flows.documentos.views.search import search
from flows.documentos.views.statistics import statistics
from storage.models.documentos import DocumentoItem
from storage.rows import table_of
from storage.session import transaction

ZERO = Decimal("0.00")


def exact(value: Any) -> list[str]:
    """Return figures as they would be written."""
    return [str(one) for one in astuple(value)]


def test_nothing_is_worth_nothing_and_never_unknown(banco: str) -> None:
    assert exact(totais.nfe()) == ["0", *["0.00"] * 4]
    assert exact(totais.cte()) == ["0", *["0.00"] * 3]
    assert (por_emitente(), rotas(), apuracao()) == ((), (), ())
    found = dashboard()
    assert (str(found.nfe_valor_total), str(found.cte_valor_mes), found.ultimos_logs) == ("0.00", "0.00", ())
    assert astuple(statistics()) == ((), (), (), ())


def test_values_that_no_document_says_are_worth_nothing(banco: str) -> None:
    guardar(nota(1, valor_ipi=None, valor_total=None))
    assert exact(totais.nfe()) == ["1", "0.00", "9.00", "1.80", "0.00"]
    assert [str(one.valor_total) for one in por_emitente()] == ["0.00"]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({}, {"situacao": Situacao.CANCELADA}),
        ({}, {"situacao": Situacao.DENEGADA}),
        ({}, {"situacao": Situacao.SEM_PROTOCOLO}),
        ({}, {"completo": False}),
        ({"ambiente": 2}, {}),
        ({"ambiente": None}, {}),
    ],
)
def test_only_what_is_authorised_whole_and_of_production_counts(
    banco: str, said: dict[str, Any], kept: dict[str, Any]
) -> None:
    guardar(nota(1))
    guardar(nota(2, **said, itens=(item(1),)), **kept)
    assert exact(totais.nfe()) == ["1", "10.00", "9.00", "1.80", "0.50"]
    assert dashboard(clock=FixedClock(NOW)).nfe_total == 1
    assert [one.total_notas for one in por_emitente()] == [1]
    assert [one.total for one in apuracao()] == [1]
    assert statistics().top_produtos == ()


def test_cents_are_never_lost(banco: str) -> None:
    for number in range(30):
        guardar(nota(number + 1, valor_total=Decimal("9999999999999.99")))
    assert str(totais.nfe().valor_total) == "299999999999999.70"


def test_figures_over_absurd_amounts_are_exact(banco: str) -> None:
    """One file may have 2,000 items of the largest quantity: five pass the largest integer of SQLite."""
    most, amount = Decimal("9999999999999.99"), 9_300
    number = guardar(nota(1, valor_total=most))
    item_of = {"documento_id": number, "codigo_produto": "P", "quantidade": Decimal("99999999999.9999")}
    with transaction() as db:
        items = [{**item_of, "numero_item": place, "valor_total": most} for place in range(1, amount + 1)]
        db.execute(insert(table_of(DocumentoItem)), items)
    (sold,) = statistics().top_produtos
    assert (str(sold.qtd_total), sold.valor_total) == ("929999999999999.0700", amount * most)
    muitas(nota(number, valor_total=most) for number in range(2, amount + 1))
    assert {one.valor_total for one in por_emitente()} == {amount * most}
    assert sum(one.valor_total for one in apuracao()) == amount * most
    found = dashboard(clock=FixedClock(NOW))
    assert (found.nfe_valor_total, found.nfe_valor_mes) == (amount * most, amount * most)


def test_everybody_s_figures_are_their_own(banco: str) -> None:
    ana, bia = acervo.usuario("ana"), acervo.usuario("bia")
    guardar(nota(1, itens=(item(1),)), de=ana)
    guardar(frete(2), de=ana)
    for caller, count in ((Caller(ana), 1), (Caller(bia), 0), (OPERATOR, 1)):
        assert totais.nfe(caller=caller).total_notas == count
        assert totais.cte(caller=caller).total_ctes == count
        assert len(por_emitente(caller=caller)) == len(rotas(caller=caller)) == count
        assert len(apuracao(caller=caller)) == 2 * count
        first = dashboard(caller, FixedClock(NOW))
        assert (first.nfe_total, first.cte_total, first.nfe_mes) == (count, count, count)
        assert {len(one) for one in astuple(statistics(caller))} == {count}
        assert search("sao joao", caller).total_results == search("agil", caller).total_results == count
        assert [row.numero_ct for row in cte.listar(caller=caller)] == ["2"] * count


def test_totals_follow_the_filters_of_the_list(banco: str) -> None:
    guardar(nota(1))
    guardar(nota(2, emit_cnpj=MERCADO, emit_nome="Mercado", data_emissao=ISSUED - timedelta(days=40)))
    for filtro, count in (
        (TUDO, 2),
        (Filtro(cnpj=MERCADO), 1),
        (Filtro(data_inicio="2026-11-01"), 1),
        (Filtro(search="mercado"), 1),
        (Filtro(mes="2026-08"), 0),
    ):
        assert totais.nfe(filtro).total_notas == count
        assert sum(one.total_notas for one in por_emitente(filtro)) == count
        assert sum(one.total for one in apuracao(filtro)) == count
    with pytest.raises(UsageError):
        totais.nfe(Filtro(data_fim="?"))
    with pytest.raises(NotFound):
        totais.nfe(Filtro(empresa="1"))


def test_a_note_between_two_companies_of_one_user_counts_once_and_in_both_roles(banco: str) -> None:
    ana = acervo.usuario("ana")
    seller, buyer = acervo.empresa(PADARIA, ana), acervo.empresa(MERCADO, ana)
    guardar(nota(1, itens=(item(1),)), de=ana, empresa=seller, papel=Papel.EMITENTE)
    guardar(nota(1, itens=(item(1),)), de=ana, empresa=buyer, papel=Papel.DESTINATARIO)
    for caller in (Caller(ana), OPERATOR):
        assert exact(totais.nfe(caller=caller))[:2] == ["1", "10.00"]
        assert dashboard(caller, FixedClock(NOW)).nfe_total == 1
        assert [one.total_notas for one in por_emitente(caller=caller)] == [1]
        assert [str(one.qtd_total) for one in statistics(caller).top_produtos] == ["1.0000"]
    assert totais.nfe(Filtro(empresa=MERCADO), Caller(ana)).total_notas == 1
    assert {(one.empresa, one.papel, one.total) for one in apuracao()} == {
        (PADARIA, "EMITENTE", 1),
        (MERCADO, "DESTINATARIO", 1),
    }


def test_a_copy_that_does_not_count_hides_none_that_does(banco: str) -> None:
    ana = acervo.usuario("ana")
    seller, buyer = acervo.empresa(PADARIA, ana), acervo.empresa(MERCADO, ana)
    guardar(nota(1), de=ana, empresa=seller, completo=False)
    guardar(nota(1), de=ana, empresa=buyer)
    assert totais.nfe(caller=Caller(ana)).total_notas == 1


def test_issuers_are_one_group_each_with_the_newest_name(banco: str) -> None:
    guardar(nota(1, emit_nome="Nome Novo", data_emissao=ISSUED + timedelta(days=2)))
    guardar(nota(2, emit_nome="Nome Velho"))
    guardar(nota(3, emit_nome=None, data_emissao=ISSUED + timedelta(days=3)))
    guardar(nota(4, emit_cnpj=MERCADO, emit_nome="Mercado"))
    guardar(nota(5, emit_cnpj=None))
    assert [(one.emit_cnpj, one.emit_nome, one.total_notas, one.valor_total) for one in por_emitente()] == [
        (PADARIA, "Nome Novo", 3, Decimal("30.00")),
        (MERCADO, "Mercado", 1, Decimal("10.00")),
    ]


def test_a_stranger_s_newer_name_is_not_told(banco: str) -> None:
    ana, bia = acervo.usuario("ana"), acervo.usuario("bia")
    guardar(nota(1, emit_nome="Como Ana Sabe"), de=ana)
    guardar(nota(2, emit_nome="Segredo", data_emissao=ISSUED + timedelta(days=2)), de=bia)
    assert [one.emit_nome for one in por_emitente(caller=Caller(ana))] == ["Como Ana Sabe"]


def test_twenty_issuers_and_routes_are_told(banco: str) -> None:
    for number in range(25):
        guardar(nota(number + 1, emit_cnpj=f"{number:014d}"))
        guardar(frete(number + 1, municipio_fim=f"Cidade {number:02d}"))
    assert len(por_emitente()) == len(rotas()) == 20
    assert len(statistics().top_emitentes) == len(statistics().top_rotas) == 10
    assert [one.municipio_fim for one in rotas()][:2] == ["Cidade 00", "Cidade 01"]


def test_routes_are_told_by_both_ends(banco: str) -> None:
    guardar(frete(1))
    guardar(frete(2))
    guardar(frete(3, municipio_fim="Santos", municipio_inicio="Campinas"))
    guardar(frete(4, municipio_inicio=None, uf_inicio=None, municipio_fim=None, uf_fim=None))
    assert [(one.municipio_inicio, one.municipio_fim, one.total_ctes, one.valor_total) for one in rotas()] == [
        ("Santos", "Campinas", 2, Decimal("200.00")),
        ("Campinas", "Santos", 1, Decimal("100.00")),
    ]
    assert exact(totais.cte()) == ["4", "400.00", "20000.00", "48.00"]


def test_the_dashboard_s_month_is_the_last_thirty_days(banco: str) -> None:
    guardar(nota(1, data_emissao=NOW - timedelta(days=30)))
    guardar(nota(2, data_emissao=NOW - timedelta(days=30, seconds=1)))
    guardar(nota(3, data_emissao=None))
    found = dashboard(clock=FixedClock(NOW))
    assert (found.nfe_total, found.nfe_mes, found.nfe_valor_total, found.nfe_valor_mes) == (
        3,
        1,
        Decimal("30.00"),
        Decimal("10.00"),
    )


def test_products_are_ordered_by_what_was_sold_of_them(banco: str) -> None:
    guardar(nota(1, itens=(item(1, quantidade=Decimal("2.5")), item(2))))
    guardar(nota(2, itens=(item(1, valor_total=None), item(3, quantidade=None, codigo_produto=None))))
    assert [(one.codigo_produto, one.qtd_total, one.valor_total) for one in statistics().top_produtos] == [
        ("P1", Decimal("3.5000"), Decimal("5.00")),
        ("P2", Decimal("1.0000"), Decimal("5.00")),
        (None, 0, Decimal("5.00")),
    ]


def test_sales_are_outgoing_normal_notes_of_ours_by_month(banco: str) -> None:
    guardar(nota(1), papel=Papel.EMITENTE)
    guardar(nota(2, data_emissao=ISSUED - timedelta(days=31)), papel=Papel.EMITENTE)
    for place, other in enumerate(({"tipo": 0}, {"finalidade": 4}, {"finalidade": 6})):
        guardar(nota(10 + place, **other), papel=Papel.EMITENTE)
    guardar(nota(20), papel=Papel.DESTINATARIO)
    assert [(one.mes, one.total, one.valor) for one in statistics().vendas_por_mes] == [
        ("2026-11", 1, Decimal("10.00")),
        ("2026-10", 1, Decimal("10.00")),
    ]


def test_a_note_that_a_company_may_only_read_is_no_sale_of_it(banco: str) -> None:
    ana = acervo.usuario("ana")
    guardar(nota(1), de=ana, empresa=acervo.empresa(MERCADO, ana))
    guardar(nota(2), de=ana)
    guardar(nota(3), de=ana, empresa=acervo.empresa(PADARIA, ana), papel=Papel.EMITENTE)
    assert [(one.total, one.valor) for one in statistics(Caller(ana)).vendas_por_mes] == [(2, Decimal("20.00"))]


@pytest.mark.parametrize("sold_first", [True, False])
def test_a_sale_between_two_companies_of_one_user_is_one_whichever_had_it_first(banco: str, sold_first: bool) -> None:
    ana = acervo.usuario("ana")
    sides = [(PADARIA, Papel.EMITENTE), (MERCADO, Papel.DESTINATARIO)]
    for cnpj, papel in sides if sold_first else reversed(sides):
        guardar(nota(1), de=ana, empresa=acervo.empresa(cnpj, ana), papel=papel)
    for caller in (Caller(ana), OPERATOR):
        assert [one.total for one in statistics(caller).vendas_por_mes] == [1]


def test_apart_stand_month_kind_role_direction_and_purpose(banco: str) -> None:
    guardar(nota(1), papel=Papel.EMITENTE)
    guardar(nota(2), papel=Papel.EMITENTE)
    guardar(nota(3, tipo=0), papel=Papel.EMITENTE)
    guardar(nota(4, finalidade=4), papel=Papel.EMITENTE)
    guardar(nota(5), papel=Papel.DESTINATARIO)
    guardar(nota(6, data_emissao=ISSUED - timedelta(days=31), valor_cbs=Decimal("0.09")), papel=Papel.EMITENTE)
    guardar(frete(7, tipo_cte=0), papel=Papel.TOMADOR)
    found = [(one.mes, one.especie, one.papel, one.tipo, one.finalidade, one.total) for one in apuracao()]
    assert found == [
        ("2026-10", "nfe", "EMITENTE", 1, 1, 1),
        ("2026-11", "cte", "TOMADOR", 0, None, 1),
        ("2026-11", "nfe", "DESTINATARIO", 1, 1, 1),
        ("2026-11", "nfe", "EMITENTE", 0, 1, 1),
        ("2026-11", "nfe", "EMITENTE", 1, 1, 2),
        ("2026-11", "nfe", "EMITENTE", 1, 4, 1),
    ]
    first, transport, *_, sold, _ = apuracao()
    assert (first.valor_cbs, sold.valor_cbs) == (Decimal("0.09"), ZERO)
    assert (sold.valor_total, sold.valor_produtos, sold.valor_icms) == (
        Decimal("20.00"),
        Decimal("18.00"),
        Decimal("3.60"),
    )
    assert (transport.valor_total, transport.valor_icms) == (Decimal("100.00"), Decimal("12.00"))


def test_a_coupon_counts_and_its_cancellation_does_not(banco: str) -> None:
    said: dict[str, Any] = {"especie": Especie.CFE, "modelo": "59", "ambiente": 1, "data_emissao": ISSUED}
    guardar(Cupom(chave=acervo.chave(1, modelo="59"), valor_total=Decimal("7.50"), valor_icms=Decimal("0.90"), **said))
    cancelled = acervo.chave(2, modelo="59")
    guardar(Cupom(chave=cancelled, valor_total=Decimal("9.00"), **said), situacao=Situacao.CANCELADA)
    guardar(Cupom(chave=acervo.chave(3, modelo="59"), valor_total=Decimal("9.00"), cancelada=cancelled, **said))
    assert [(one.especie, one.total, one.valor_total, one.valor_icms) for one in apuracao()] == [
        ("cfe", 1, Decimal("7.50"), Decimal("0.90"))
    ]


def test_a_search_shows_the_newest_of_each_kind(banco: str) -> None:
    for number in range(25):
        guardar(nota(number + 1, data_emissao=ISSUED + timedelta(minutes=number)))
    guardar(frete(1, dest_nome="Padaria Ágil"))
    found = search("PADARIA")
    assert (len(found.nfes), len(found.ctes), found.total_results) == (20, 1, 21)
    assert found.nfes[0].numero_nf == "25"
    assert found.ctes[0].municipio_fim == "Campinas"
    assert search("inexistente").total_results == 0


@pytest.mark.parametrize("blank", ["", "  ", "\x00"])
def test_a_search_for_nothing_is_refused_with_its_field(banco: str, blank: str) -> None:
    with pytest.raises(UsageError) as caught:
        search(blank)
    assert caught.value.campo == "q"
