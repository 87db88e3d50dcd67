"""The list of tickets: filter, status, order and pages, in the dialect of the account.

docs/reference/contracts/milvus.md §3.2.
"""

from typing import Any

import pytest

from sandbox.milvus.fields import BadBody
from sandbox.milvus.listing import STATUS, ListQuirks, listed


def ticket(code: int, status: str = "Atendendo", **more: str) -> dict[str, Any]:
    row = {
        "codigo": code,
        "cliente": "Padaria Estrela",
        "cliente_token": "ABCDEF",
        "assunto": "Troca de bobina",
        "mesa_trabalho": "Suporte",
        "setor": "",
        "categoria_primaria": "",
        "categoria_secundaria": "",
        "data_criacao": f"2026-07-{code:02d} 12:00:00",
        "status": status,
    }
    return row | more


ROWS = [
    ticket(9),
    ticket(10, "Finalizado"),
    ticket(11, cliente="Mercado", cliente_token="GHIJKL", assunto="Visita"),
    ticket(12, "AgAtendimento", mesa_trabalho="Campo"),
]


def answer(
    wanted: dict[str, Any] | None = None,
    quirks: ListQuirks | None = None,
    query: dict[str, str] | None = None,
    **more: Any,
) -> dict[str, Any]:
    return listed(list(ROWS), {"filtro_body": wanted or {}, **more}, query or {}, quirks or ListQuirks())


def codes(*given: Any, **more: Any) -> list[int]:
    return [row["codigo"] for row in answer(*given, **more)["lista"]]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [12, 11, 9]),
        ({"status": ""}, [12, 11, 9]),
        ({"status": 9}, [12, 11, 9]),
        ({"status": "ChamadosAbertos"}, [12, 11, 9]),
        ({"status": 10}, [12, 11, 10, 9]),
        ({"status": "10"}, [12, 11, 10, 9]),
        ({"status": "Todos"}, [12, 11, 10, 9]),
        ({"status": 4}, [10]),
        ({"status": "Finalizado"}, [10]),
        ({"status": 1}, [12]),
        ({"status": 3}, []),
    ],
)
def test_closed_tickets_are_hidden_unless_their_status_is_asked_for(wanted: dict[str, Any], found: list[int]) -> None:
    assert codes(wanted) == found


def test_an_account_may_show_closed_tickets_by_itself() -> None:
    assert codes({}, ListQuirks(hides_closed=False)) == [12, 11, 10, 9]
    assert codes({"status": 9}, ListQuirks(hides_closed=False)) == [12, 11, 9]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"codigo": 9}, [9]),
        ({"codigo": "9"}, [9]),
        ({"cliente_token": "ABCDEF"}, [12, 9]),
        ({"cliente_token": "abcdef"}, []),
        ({"cliente": "padaria"}, [12, 9]),
        ({"cliente": ""}, [12, 11, 9]),
        ({"assunto": "BOBINA"}, [12, 9]),
        ({"mesa_trabalho": "Campo"}, [12]),
        ({"mesa_trabalho": "Camp"}, []),
        ({"data_hora_criacao_inicial": "2026-07-11 12:00:00"}, [12, 11]),
        ({"data_hora_criacao_inicial": "2026-07-11 12:00:01"}, [12]),
        ({"data_hora_criacao_final": "2026-07-11 12:00:00"}, [11, 9]),
        ({"data_hora_criacao_inicial": "2026-07-11 00:00:00", "data_hora_criacao_final": "2026-07-11 23:59:59"}, [11]),
        ({"cliente": "padaria", "mesa_trabalho": "Suporte"}, [9]),
    ],
)
def test_names_are_matched_in_part_and_codes_as_a_whole(wanted: dict[str, Any], found: list[int]) -> None:
    assert codes(wanted) == found


@pytest.mark.parametrize(
    "wanted",
    [
        {"referencia": "x"},
        {"descricao": "x"},
        {"status": 8},
        {"status": 99},
        {"status": "Fechado"},
        {"status": "-1"},
        {"data_hora_criacao_inicial": "14/07/2026"},
        {"data_hora_criacao_final": "2026-07-14"},
        {"data_hora_criacao_final": "2026-07-14T12:00:00"},
        {"data_hora_criacao_final": ""},
    ],
)
def test_a_filter_that_the_list_does_not_know_is_refused_whatever_there_is_to_list(wanted: dict[str, Any]) -> None:
    """Also where nothing is listed, and where another condition lets nothing through."""
    for rows in (list(ROWS), []):
        for more in ({}, {"cliente_token": "ZZZZZZ"}):
            with pytest.raises(BadBody):
                listed(rows, {"filtro_body": {**more, **wanted}}, {}, ListQuirks())


@pytest.mark.parametrize("body", [{"filtro_body": []}, {"filtro_body": "x"}, {"filtro": {}}, {"limite": 5}])
def test_a_body_has_a_filter_and_parameters_and_nothing_else(body: dict[str, Any]) -> None:
    with pytest.raises(BadBody):
        listed(list(ROWS), body, {}, ListQuirks())


def test_an_account_may_take_no_notice_of_the_filter() -> None:
    assert codes({"codigo": 9, "status": 99}, ListQuirks(filters=False)) == [12, 11, 10, 9]


@pytest.mark.parametrize(
    ("descending", "found"),
    [
        (None, [12, 11, 9]),
        (True, [12, 11, 9]),
        ("true", [12, 11, 9]),
        (False, [9, 11, 12]),
        ("false", [9, 11, 12]),
    ],
)
def test_tickets_come_by_their_number_the_newest_first(descending: Any, found: list[int]) -> None:
    """As numbers: 9 is before 10."""
    given = {} if descending is None else {"is_descending": descending}
    assert codes({}, **given) == codes({}, **given, order_by="codigo") == found


@pytest.mark.parametrize(
    "given", [{"order_by": "data"}, {"order_by": ""}, {"is_descending": "nao"}, {"is_descending": 2}]
)
def test_an_order_that_the_list_does_not_know_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(BadBody, match=next(iter(given))):
        answer({}, **given)


@pytest.mark.parametrize(
    ("given", "found", "paginate"),
    [
        ({}, [12, 11, 9], ("1", 3, 1, 3, 1, 50)),
        ({"total_registros": 2}, [12, 11], ("1", 3, 1, 2, 2, 2)),
        ({"total_registros": 2, "pagina": 2}, [9], ("2", 3, 3, 3, 2, 2)),
        ({"total_registros": 2, "pagina": 3}, [], ("3", 3, 5, 4, 2, 2)),
        ({"total_registros": "1", "pagina": "2"}, [11], ("2", 3, 2, 2, 3, 1)),
    ],
)
def test_a_page_says_where_it_is(given: dict[str, Any], found: list[int], paginate: tuple[Any, ...]) -> None:
    told = answer({}, **given)
    assert [row["codigo"] for row in told["lista"]] == found
    names = ("current_page", "total", "from", "to", "last_page", "per_page")
    assert told["meta"] == {"paginate": dict(zip(names, paginate, strict=True))}


def test_an_empty_list_has_one_page() -> None:
    paginate = answer({"status": 3})["meta"]["paginate"]
    assert (paginate["total"], paginate["last_page"]) == (0, 1)


@pytest.mark.parametrize("name", ["pagina", "total_registros"])
@pytest.mark.parametrize("value", [0, -1, "x", "", 1.5, True])
def test_a_page_or_size_that_is_no_number_from_one_on_is_refused(name: str, value: Any) -> None:
    with pytest.raises(BadBody, match="Número inválido"):
        answer({}, **{name: value})


def test_a_page_has_at_most_what_the_account_allows() -> None:
    many = [ticket(1) | {"codigo": code} for code in range(1, 1203)]
    for asked, size in ((1000, 1000), (1001, 1000), (None, 50)):
        given = {} if asked is None else {"total_registros": asked}
        assert len(listed(many, given, {}, ListQuirks())["lista"]) == size
    assert codes({}, ListQuirks(cap=2), total_registros=1000) == [12, 11]


def test_an_account_may_give_its_own_size_and_always_the_first_page() -> None:
    quirks = ListQuirks(cap=2, sizes=False, pages=False)
    told = answer({}, quirks, total_registros=1, pagina=2)
    assert [row["codigo"] for row in told["lista"]] == [12, 11]
    assert (told["meta"]["paginate"]["current_page"], told["meta"]["paginate"]["per_page"]) == ("1", 2)


@pytest.mark.parametrize(
    ("dialect", "ours", "foreign"),
    [
        ("pagina", {"pagina": 2, "total_registros": 1}, {"page": 2, "per_page": 1}),
        ("page", {"page": 2, "per_page": 1}, {"pagina": 2, "total_registros": 1}),
    ],
)
def test_the_names_of_another_dialect_are_passed_over_or_refused(
    dialect: str, ours: dict[str, Any], foreign: dict[str, Any]
) -> None:
    assert codes({}, ListQuirks(dialect=dialect), **ours) == [11]
    assert codes({}, ListQuirks(dialect=dialect), **foreign) == [12, 11, 9]
    strict = ListQuirks(dialect=dialect, strict=True)
    assert codes({}, strict, **ours, is_paginate=True, order_by="codigo", is_descending=True) == [11]
    with pytest.raises(BadBody, match=f"Parâmetro desconhecido: {min(foreign)}"):
        answer({}, strict, **foreign)


@pytest.mark.parametrize(
    ("place", "in_body", "in_query", "in_both"),
    [("body", [11], [12, 11, 9], [11]), ("query", [12, 11, 9], [11], [9]), ("either", [11], [11], [11])],
)
def test_parameters_are_read_where_the_account_looks_for_them(
    place: str, in_body: list[int], in_query: list[int], in_both: list[int]
) -> None:
    quirks = ListQuirks(place=place)
    second, third = {"pagina": 2, "total_registros": 1}, {"pagina": "3", "total_registros": "1"}
    assert codes({}, quirks, **second) == in_body
    assert codes({}, quirks, {name: str(value) for name, value in second.items()}) == in_query
    assert codes({}, quirks, third, **second) == in_both


def test_the_list_may_have_another_name_no_total_and_brazilian_dates() -> None:
    told = answer({"codigo": 9}, ListQuirks(key="data", tells_total=False, brazilian_dates=True))
    assert set(told) == {"data"}
    assert told["data"] == [ROWS[0] | {"data_criacao": "09/07/2026 12:00:00"}]
    assert ROWS[0]["data_criacao"] == "2026-07-09 12:00:00"


def test_a_status_has_a_number_and_a_name() -> None:
    names = "AgAtendimento Atendendo Pausado Finalizado Conferencia Agendado Expirado".split()
    wanted = dict(enumerate(names, 1)) | {9: "ChamadosAbertos", 10: "Todos", 11: "AgSolucao"}
    assert wanted | {13: "AbertosNaoAgendados", 14: "SemTecnico"} == STATUS
