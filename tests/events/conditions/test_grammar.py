"""What a filter may say, and the sentence for each mistake."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import UsageError
from events.conditions import grammar

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
KEYS = st.sampled_from([*grammar.OPERATORS, "$and", "$or", "$not", "dados", "dados.x", "evento", "x", "$x", ""])
LIKE_A_FILTER = st.recursive(
    JSON, lambda inner: st.dictionaries(KEYS, inner, max_size=4) | st.lists(inner, max_size=3), max_leaves=20
)


def deep(levels: int) -> dict[str, Any]:
    found: dict[str, Any] = {"dados.uf": "SP"}
    for _ in range(levels):
        found = {"$not": found}
    return found


@pytest.mark.parametrize(
    "filtro",
    [
        {"dados.uf": "SP"},
        {"dados": {"uf": {"$in": ["SP", None, 1, True]}}},
        {"dados.valor": {"$gte": 1000, "$lt": "2000.50"}, "evento": {"$neq": "teste"}},
        {"timestamp": {"$gte": "2026-03-01"}},
        {"$or": [{"dados.a": 1}, {"$and": [{"dados.b": {"$exist": False}}, {"$not": {"id": "x"}}]}]},
        {"dados.itens.0.nome": {"$startsWith": "a", "$endsWith": "b", "$contains": "ç"}},
        {"dados.uf": {"$not": {"$in": ["SP"]}, "$or": [{"$startsWith": "R"}, "AC"]}},
        deep(grammar.DEPTH - 1),
    ],
)
def test_a_filter_is_kept_as_it_was_said(filtro: dict[str, Any]) -> None:
    text = json.dumps(filtro, indent=2)
    assert json.loads(grammar.checked(text) or "") == filtro
    assert grammar.checked(filtro) == grammar.checked(text)


@pytest.mark.parametrize("nothing", ["", "  \n", "{}", {}])
def test_nothing_said_is_no_filter(nothing: str | dict[str, Any]) -> None:
    assert grammar.checked(nothing) is None


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ("x", "não é JSON"),
        ("[" * 5000, "não é JSON"),
        ("[1]", "é um objeto"),
        ('"x"', "é um objeto"),
        ('{"dados.n": NaN}', "não aceita NaN"),
        ('{"dados.n": Infinity}', "não aceita Infinity"),
        ('{"dados.n": 1e999}', "só compara com textos, números"),
        (f'{{"dados.n": {"9" * 5000}}}', "não é JSON"),
        (f'{{"dados.n": {"9" * 400}}}', "só compara com textos, números"),
        ('{"dados.n": 1, "dados.n": 2}', "duas vezes"),
        ('{"uf": "SP"}', "um caminho começa por evento, timestamp, dados, id"),
        ('{"dados..uf": "SP"}', "caminho vazio"),
        ('{"": "SP"}', "caminho vazio"),
        (f'{{"dados{".x" * 16}": 1}}', "mais de 16 partes"),
        ('{"dados.uf": ["SP"]}', "diga $in"),
        ('{"dados.uf": {}}', "não diz nada em dados.uf"),
        ('{"$eq": 1}', "sem um caminho antes"),
        ('{"dados.uf": {"$regex": "(a+)+$"}}', "não conhece '$regex'"),
        ('{"dados.uf": {"$in": []}}', "de 1 a 100 valores"),
        ('{"dados.uf": {"$in": "SP"}}', "de 1 a 100 valores"),
        ('{"dados.uf": {"$in": [["SP"]]}}', "só compara com textos"),
        (json.dumps({"dados.uf": {"$in": list(range(101))}}), "de 1 a 100 valores"),
        ('{"dados.uf": {"$startsWith": ""}}', "de 1 a 500 caracteres"),
        ('{"dados.uf": {"$contains": 1}}', "de 1 a 500 caracteres"),
        (json.dumps({"dados.uf": "x" * 501}), "mais de 500 caracteres"),
        ('{"dados.uf": {"$exist": "sim"}}', "$exist é true ou false"),
        ('{"dados.v": {"$gt": "muito"}}', "compara números, ou instantes"),
        ('{"dados.v": {"$gt": "2026-02-30"}}', "compara números, ou instantes"),
        ('{"dados.v": {"$gt": true}}', "compara números, ou instantes"),
        ('{"dados.v": {"$gt": null}}', "compara números, ou instantes"),
        ('{"$or": []}', "$or tem uma lista"),
        ('{"$or": {"dados.a": 1}}', "$or tem uma lista"),
        ('{"$and": "dados.a"}', "$and tem uma lista"),
        ('{"$not": 1}', "sem um caminho antes"),
        (json.dumps(deep(10)), "mais de 10 níveis"),
        (json.dumps({"$or": [{"dados.n": n} for n in range(51)]}), "mais de 50 condições"),
        (json.dumps({"dados.n": "x" * 9000}), "mais de 8000 caracteres"),
        ('{"dados.n": "\\ud800"}', "caracteres inválidos"),
    ],
)
def test_each_mistake_has_its_sentence(said: str, part: str) -> None:
    with pytest.raises(UsageError) as told:
        grammar.checked(said)
    assert part in str(told.value)
    assert told.value.campo == "filtro"
    assert len(str(told.value)) < 400


@given(LIKE_A_FILTER)
def test_whatever_is_said_is_a_filter_or_a_sentence(said: Any) -> None:
    try:
        text = grammar.checked(json.dumps(said))
    except UsageError:
        return
    assert text is None or grammar.read(json.loads(text))
