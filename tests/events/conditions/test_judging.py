"""What passes a filter, and what a hostile filter or body may cost."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from conftest import Configure
from hypothesis import given
from hypothesis import strategies as st

from events.conditions import grammar, judging
from events.conditions.judging import Whole, explained, passes

BODY: dict[str, Any] = {
    "evento": "nfe_importada",
    "timestamp": "2026-03-01T12:00:00+00:00",
    "id": "msg_1",
    "dados": {
        "uf": "SP",
        "valor": "1234.50",
        "quantidade": 7,
        "peso": 1.5,
        "certo": True,
        "nada": None,
        "dia": "2026-03-01",
        "emitido": "2026-03-01T08:00:00-03:00",
        "nome": "Padaria São João",
        "vazio": [],
        "itens": [{"ncm": "1905", "valor": "10.00"}, {"ncm": "2203", "valor": "99.90", "obs": "x"}, "solto"],
        "matriz": [[1, 2], [3]],
        "0": "zero",
    },
}


def whole(body: Any) -> Whole:
    return Whole(json.dumps(body).encode())


def judged(filtro: dict[str, Any], body: Any = BODY) -> bool:
    text = grammar.checked(filtro)
    assert text
    return passes(text, whole(body))


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"dados.uf": "SP"}, True),
        ({"dados.uf": "sp"}, False),
        ({"dados": {"uf": "SP"}}, True),
        ({"dados.uf.x": "SP"}, False),
        ({"dados.uf": {"$in": ["RJ", "SP"]}}, True),
        ({"dados.uf": {"$nin": ["RJ", "SP"]}}, False),
        ({"dados.falta": {"$nin": ["RJ"]}}, True),
        ({"dados.uf": {"$neq": "RJ"}}, True),
        ({"dados.falta": {"$neq": "RJ"}}, True),
        ({"dados.falta": "RJ"}, False),
        ({"dados.valor": 1234.5}, True),
        ({"dados.valor": "1234.5"}, False),
        ({"dados.valor": {"$gte": 1234.5, "$lte": "1234.50"}}, True),
        ({"dados.valor": {"$gt": 1234.5}}, False),
        ({"dados.quantidade": 7}, True),
        ({"dados.quantidade": "7"}, False),
        ({"dados.quantidade": {"$lt": 7.01}}, True),
        ({"dados.peso": {"$gt": 1}}, True),
        ({"dados.certo": True}, True),
        ({"dados.certo": 1}, False),
        ({"dados.certo": {"$gte": 0}}, False),
        ({"dados.nada": None}, True),
        ({"dados.falta": None}, False),
        ({"dados.nada": {"$exist": True}}, True),
        ({"dados.falta": {"$exist": False}}, True),
        ({"dados.vazio": {"$exist": True}}, True),
        ({"dados.nome": {"$startsWith": "Padaria", "$endsWith": "João", "$contains": "São"}}, True),
        ({"dados.nome": {"$contains": "padaria"}}, False),
        ({"dados.quantidade": {"$startsWith": "7"}}, False),
        ({"dados.emitido": {"$gte": "2026-03-01T11:00:00Z"}}, True),
        ({"dados.emitido": {"$gt": "2026-03-01T11:00:00Z"}}, False),
        ({"dados.dia": {"$gte": "2026-03-01", "$lt": "2026-03-02"}}, True),
        ({"dados.emitido": {"$gte": "2026-03-02"}}, False),
        ({"dados.uf": {"$gte": "2026-03-02"}}, False),
        ({"timestamp": {"$lt": "2026-03-01T13:00:00Z"}}, True),
        ({"evento": {"$in": ["nfe_importada"]}}, True),
        ({"dados.itens.ncm": "2203"}, True),
        ({"dados.itens.ncm": {"$nin": ["2203"]}}, False),
        ({"dados.itens.0.ncm": "2203"}, False),
        ({"dados.itens.1.ncm": "2203"}, True),
        ({"dados.itens.9.ncm": {"$exist": False}}, True),
        ({"dados.itens.valor": {"$gt": 99}}, True),
        ({"dados.itens": "solto"}, True),
        ({"dados.itens.obs": {"$exist": True}}, True),
        ({"dados.matriz": 3}, True),
        ({"dados.matriz.0": 3}, False),
        ({"dados.0": "zero"}, True),
        ({"dados.itens.²": {"$exist": True}}, False),
        ({"$or": [{"dados.uf": "RJ"}, {"dados.quantidade": 7}]}, True),
        ({"$and": [{"dados.uf": "SP"}, {"dados.quantidade": 8}]}, False),
        ({"$not": {"dados.uf": "SP"}}, False),
        ({"dados.uf": {"$not": "RJ"}}, True),
        ({"dados.uf": {"$or": ["RJ", {"$startsWith": "S"}]}}, True),
        ({"dados.uf": "SP", "dados.valor": {"$lt": 1}}, False),
    ],
)
def test_what_passes(condition: dict[str, Any], holds: bool) -> None:
    assert judged(condition) is holds


def test_a_day_begins_where_the_installation_is(configure: Configure) -> None:
    late = {"dados": {"emitido": "2026-03-02T01:00:00Z"}}
    for zone, holds in (("America/Sao_Paulo", False), ("UTC", True)):
        configure(core__timezone=zone)
        assert judged({"dados.emitido": {"$gte": "2026-03-02"}}, late) is holds


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e308, "NaN", "1e9999", "9" * 4000, int("9" * 4000)])
def test_what_is_no_number_is_compared_with_none(value: object) -> None:
    assert not judged({"dados.n": {"$lt": 10}}, {"dados": {"n": value}})
    assert judged({"dados.n": {"$neq": 1}}, {"dados": {"n": value}})


@pytest.mark.parametrize(
    "inner",
    [
        json.dumps([[{"b": "x" * 40}] * 900] * 20),
        "[" * 900 + "1" + "]" * 900,
        json.dumps("ab" * 500_000),
        json.dumps(list(range(100_000))),
    ],
    ids=["wide", "deep", "long", "many"],
)
def test_a_hostile_body_costs_a_filter_its_steps_and_no_more(inner: str) -> None:
    """Counted in lines that Python ran, which are the same on any machine."""
    hostile: dict[str, Any] = {
        "$and": [{"dados.a": {"$not": {"$contains": "b" * 100}}, "dados.a.b.b": {"$neq": n}} for n in range(25)]
    }
    read, text = Whole(f'{{"dados": {{"a": {inner}}}}}'.encode()), grammar.checked(hostile)
    assert text
    passes(text, read)
    with lines_run(most=20 * judging.STEPS):
        assert passes(text, read) in (True, False)


@contextmanager
def lines_run(most: int) -> Iterator[None]:
    ran = 0

    def trace(_frame: Any, event: str, _argument: Any) -> Any:
        nonlocal ran
        ran += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)
    assert ran < most


def test_what_costs_too_much_to_judge_passes_and_is_not_lost() -> None:
    many = {"dados": {"a": [{"b": n} for n in range(judging.STEPS)]}}
    assert judged({"dados.a.b": -1}, many)
    assert not judged({"dados.a.b": -1}, {"dados": {"a": [{"b": 1}]}})


@pytest.mark.parametrize("body", ["[1]", "1", '"x"', "null", "{}", '{"dados": 1}', '{"dados": [[]]}'])
def test_a_body_of_another_shape_has_no_field(body: str) -> None:
    text = grammar.checked({"dados.uf": {"$exist": True}})
    assert text
    assert not passes(text, Whole(body.encode()))


def test_each_condition_is_explained() -> None:
    text = grammar.checked({"$or": [{"dados.uf": "RJ"}, {"$not": {"dados.itens.ncm": {"$in": ["1"]}}}]})
    assert text
    told = [(one.caminho, one.operador, one.encontrado, one.vale) for one in explained(text, whole(BODY))]
    assert told == [("dados.uf", "$eq", ("SP",), False), ("dados.itens.ncm", "$in", ("1905", "2203"), False)]


SCALARS = st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | st.text(max_size=12)
TREES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abc"), inner), max_leaves=12
)
PATHS = st.lists(st.sampled_from(["a", "b", "c", "0"]), max_size=3).map(lambda parts: ".".join(["dados", *parts]))
TESTS = st.sampled_from(
    ["x", 1, None, True, {"$gt": 3}, {"$lte": "2026-01-01"}, {"$in": [1, "a"]}, {"$contains": "a"}, {"$exist": True}]
)
FILTERS = st.recursive(
    st.builds(lambda path, test: {path: test}, PATHS, TESTS),
    lambda inner: st.builds(lambda some: {"$or": some}, st.lists(inner, min_size=1, max_size=3)),
    max_leaves=5,
)


@given(FILTERS, TREES)
def test_a_filter_and_its_contrary_are_never_of_one_mind(filtro: dict[str, Any], tree: Any) -> None:
    body = {"dados": tree}
    assert judged(filtro, body) is not judged({"$not": filtro}, body)
    assert judged({"$and": [filtro, filtro]}, body) is judged(filtro, body) is judged({"$or": [filtro, filtro]}, body)


@given(TREES, SCALARS)
def test_an_operator_and_its_contrary_are_never_of_one_mind(tree: Any, value: Any) -> None:
    try:
        grammar.checked({"dados": value})
    except grammar.UsageError:
        return
    body = {"dados": tree}
    for one, other in (({"$eq": value}, {"$neq": value}), ({"$in": [value]}, {"$nin": [value]})):
        assert judged({"dados": one}, body) is not judged({"dados": other}, body)
