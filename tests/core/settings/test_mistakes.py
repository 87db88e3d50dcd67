"""What is wrong with a setting, in Portuguese, by its key, without its value."""

from math import inf
from typing import Annotated, Literal

import pytest
from pydantic import Field, SecretStr, ValidationError

from core.settings.base import Table
from core.settings.mistakes import explain, key_name, unknown_variables


class Inner(Table):
    porta: Annotated[int, Field(ge=1, le=9)] = 1
    token: SecretStr = SecretStr("x")


class Outer(Table):
    caixas: tuple[Inner, ...] = ()
    texto: Annotated[str, Field(min_length=1, max_length=3)] = "a"
    fracao: Annotated[float, Field(gt=0, lt=1)] = 0.5
    espera: Annotated[float, Field(le=8_760_000)] = 1
    modo: Literal["a", "b"] = "a"
    sim: bool = True
    tabela: dict[str, int] = {}  # noqa: RUF012 - pydantic copies it
    falta: int


def mistakes(**given: object) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate({"falta": 1, **given})
    return explain(caught.value, Outer)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"texto": ""}, "texto: não pode ser vazio"),
        ({"texto": "abcd"}, "texto: texto longo demais (máximo 3)"),
        ({"texto": 1}, "texto: deve ser um texto"),
        ({"fracao": 0}, "fracao: deve ser maior que 0"),
        ({"fracao": 1}, "fracao: deve ser menor que 1"),
        ({"fracao": "x"}, "fracao: deve ser um número"),
        ({"fracao": inf}, "fracao: deve ser um número finito"),
        ({"espera": 9e6}, "espera: deve ser no máximo 8760000"),
        ({"modo": "c"}, "modo: deve ser um destes: 'a' ou 'b'"),
        ({"sim": "talvez"}, "sim: deve ser true ou false"),
        ({"tabela": []}, "tabela: deve ser uma tabela"),
        ({"caixas": 3}, "caixas: deve ser uma lista (no ambiente, em JSON)"),
        ({"caixas": [3]}, "caixas[0]: deve ser uma tabela"),
        ({"caixas": [{}, {"porta": 10}]}, "caixas[1].porta: deve ser no máximo 9"),
        ({"caixas": [{"porta": 1.5}]}, "caixas[0].porta: deve ser um número inteiro"),
        ({"caixas": [{"prta": 1}]}, "caixas[0].prta: chave desconhecida (seria porta?)"),
        ({"txeto": "a"}, "txeto: chave desconhecida (seria texto?)"),
        ({"xyz": "a"}, "xyz: chave desconhecida"),
        ({"caixas": [{"token": 3}]}, "caixas[0].token – deve ser um texto"),
    ],
)
def test_each_mistake_has_its_sentence(given: dict[str, object], told: str) -> None:
    assert mistakes(**given) == [told]


def test_a_missing_key_is_told_and_all_mistakes_at_once() -> None:
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate({"sim": "x", "modo": "x"})
    assert {line.partition(":")[0] for line in explain(caught.value, Outer)} == {"sim", "modo", "falta"}
    assert "falta: falta este valor" in explain(caught.value, Outer)


def test_no_sentence_tells_the_value() -> None:
    assert "abacaxi" not in "".join(mistakes(sim="abacaxi", caixas=[{"porta": "abacaxi", "token": ["abacaxi"]}]))


@pytest.mark.parametrize(
    ("location", "name"),
    [((), ""), (("sat",), "sat"), (("sat", "boxes", 0, "port"), "sat.boxes[0].port"), (("a", 0, 1), "a[0][1]")],
)
def test_a_place_has_a_name(location: tuple[int | str, ...], name: str) -> None:
    assert key_name(location) == name


@pytest.mark.parametrize(
    ("variable", "wrong"),
    [
        ("ESTEIRA_API__PORT", False),
        ("esteira_api__port", False),
        ("ESTEIRA_CONFIG", False),
        ("OUTRA_API__PORT", False),
        ("ESTEIRA_API", True),
        ("ESTEIRA_API__", True),
        ("ESTEIRA_NADA__X", True),
        ("ESTEIRA_", True),
    ],
)
def test_a_variable_of_no_section_is_a_mistake(variable: str, wrong: bool) -> None:
    found = unknown_variables({variable: "segredo"}, "ESTEIRA_", {"api": None}, frozenset({"ESTEIRA_CONFIG"}))
    assert bool(found) is wrong
    assert "segredo" not in "".join(found)
