"""Whatever a row holds, it is read into a record."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.milvus.inventory import Inventory
from connectors.milvus.listing import total_of
from connectors.milvus.rows import cliente, listed, number, reader_of_chamados

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
NAMES = (
    *("id", "codigo", "token", "nome_fantasia", "razao_social", "cnpj_cpf", "is_ativo"),
    *("cliente_token", "assunto", "descricao", "data_criacao", "meta", "lista", "data"),
)
ROWS = st.dictionaries(st.sampled_from(NAMES), VALUES)


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(ROWS)
def test_any_row_is_read(row: dict[str, Any]) -> None:
    assert isinstance(cliente(row).token, str)
    assert isinstance(reader_of_chamados(ZoneInfo("America/Sao_Paulo"))(row).codigo, str)
    assert isinstance(listed(row), list | None)
    assert isinstance(total_of(row), int | None)


def test_rows_with_odd_numbers_make_an_inventory() -> None:
    rows: list[dict[str, Any]] = [{"id": [1]}, {"id": {"a": 1}}, {"id": None}, {}, {"id": 1}]
    assert len(Inventory(lambda query: list(rows), 10).read().rows) == 4


@pytest.mark.parametrize(
    ("content", "read"),
    [
        (12, 12),
        (" 12 ", 12),
        ({"codigo": "12"}, 12),
        ({"id": 12}, 12),
        ({"codigo": {"codigo": 12}}, None),
        (0, None),
        (-1, None),
        (True, None),
        (1.0, None),
        ("9" * 5000, None),
        ("1２", None),
        ("", None),
        ([12], None),
        (None, None),
    ],
)
def test_the_number_of_what_was_made(content: object, read: int | None) -> None:
    assert number(content) == read
