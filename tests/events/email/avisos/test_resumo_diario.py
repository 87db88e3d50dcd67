"""The report of a day: what is not there leaves no empty table, and what is no number counts for nothing."""

from typing import Any

import pytest

from events.email.avisos import resumo_diario
from events.email.avisos.resumo_diario import AVISO, LARGEST
from events.email.grafico import Dia


def tables(**dados: Any) -> dict[str, list[Any]]:
    return {one.titulo: [tuple(line) for line in one.linhas] for one in AVISO.conteudo(dados).tabelas}


def test_without_anything_there_is_no_table_and_no_picture() -> None:
    found = AVISO.conteudo({})
    assert (list(found.tabelas), list(found.imagens)) == ([], [])
    assert found.mais["quadros"] == [("NF-e", "0", "R$ 0,00"), ("CT-e", "0", "R$ 0,00")]
    assert {amount for _, amount in found.mais["contagens"]} == {"0"}
    assert AVISO.assunto({}) == "📈 Resumo Diário - N/A"


def test_only_what_there_is_has_a_table() -> None:
    assert list(tables(top_emitentes=[{"emit_nome": "Padaria"}], top_rotas=[], alertas=None)) == [
        "Emitentes com mais NF-e"
    ]
    assert list(tables(alertas=[{"mensagem": "Vence em 3 dias."}])) == ["Alertas abertos"]


@pytest.mark.parametrize(
    ("one", "name"),
    [
        ({"emit_nome": "Padaria", "emit_cnpj": "11222333000181"}, "Padaria"),
        ({"emit_nome": None, "emit_cnpj": "11222333000181"}, "11.222.333/0001-81"),
        ({"emit_nome": "", "emit_cnpj": "11222333000181"}, "11.222.333/0001-81"),
        ({}, "N/A"),
    ],
)
def test_an_issuer_without_a_name_is_told_by_its_document(one: dict[str, Any], name: str) -> None:
    issuer = {**one, "total_notas": 1234, "valor_total": "10.5"}
    assert tables(top_emitentes=[issuer]) == {"Emitentes com mais NF-e": [(name, "1.234", "R$ 10,50")]}


@pytest.mark.parametrize(
    ("one", "route"),
    [
        (
            {"municipio_inicio": "Santos", "uf_inicio": "SP", "municipio_fim": "Recife", "uf_fim": "PE"},
            "Santos/SP → Recife/PE",
        ),
        ({"municipio_inicio": "Santos", "uf_fim": "PE"}, "Santos → PE"),
        ({}, "N/A → N/A"),
    ],
)
def test_a_route_has_two_ends_also_where_one_is_not_known(one: dict[str, Any], route: str) -> None:
    assert tables(top_rotas=[one])["Rotas com mais CT-e"] == [(route, "N/A", "N/A")]


@pytest.mark.parametrize("odd", [None, "x", 7, {"emit_nome": "x"}, ["x", 7, None], []])
@pytest.mark.parametrize("name", ["top_emitentes", "top_rotas", "alertas", "serie"])
def test_what_is_no_list_of_things_is_none(name: str, odd: Any) -> None:
    assert tables(**{name: odd}) == {}


@pytest.mark.parametrize(
    ("value", "amount"),
    [(7, 7), (0, 0), (-3, 0), (LARGEST, LARGEST), (LARGEST + 1, LARGEST), ("7", 0), (None, 0), (1.5, 0)],
)
def test_a_day_of_the_picture_has_a_number_that_can_be_drawn(value: object, amount: int) -> None:
    (day,) = resumo_diario._serie({"serie": [{"dia": "2026-11-24", "nfe": value, "cte": 1}]})
    assert day == Dia("2026-11-24", amount, 1)
