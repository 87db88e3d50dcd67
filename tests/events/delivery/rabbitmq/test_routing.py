"""A routing key: what an event says is one word each, whatever stands in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.delivery.rabbitmq.routing import LIMIT, checked_key, key_for

DADOS = {"uf": "SP", "emit": {"cnpj": "11222333000181"}, "n": 7, "mau": "a.#.*", "lista": ["x"], "nada": None}


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("{evento}", "nfe_importada"),
        ("fila-fixa", "fila-fixa"),
        ("fiscal.{evento}.{dados.uf}", "fiscal.nfe_importada.SP"),
        ("{dados.emit.cnpj}.{dados.n}", "11222333000181.7"),
        ("x.{dados.mau}", "x.a____"),
        ("x.{dados.falta}.{dados.nada}.{dados.lista}.{dados.uf.x}", "x._._._._"),
    ],
)
def test_a_key_has_fields_of_the_event(said: str, key: str) -> None:
    assert key_for(checked_key(said), "nfe_importada", DADOS) == key


@given(st.text() | st.integers() | st.none() | st.dictionaries(st.text(), st.text()))
def test_whatever_stands_in_a_field_is_one_word(value: object) -> None:
    key = key_for(".".join(["{dados.a}"] * 9), "teste", {"a": value})
    assert len(key.encode()) <= LIMIT
    assert not set(key) & set("#*")
    assert key.count(".") <= 8
