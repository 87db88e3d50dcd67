"""Texts as values: amounts, numbers, instants and documents, and what is none of them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.documentos.parser import valores
from core.documentos.parser.valores import DINHEIRO, PRECO, QUANTIDADE, Forma
from sandbox.documentos.comum import COM_LETRAS


@pytest.mark.parametrize(
    ("text", "forma", "expected"),
    [
        ("100.00", DINHEIRO, "100.00"),
        (" 100 \n", DINHEIRO, "100"),
        ("-1.50", DINHEIRO, "-1.50"),
        ("+1.50", DINHEIRO, "1.50"),
        ("9999999999999.99", DINHEIRO, "9999999999999.99"),
        ("00000000000000001.10", DINHEIRO, "1.10"),
        ("1.1000000", DINHEIRO, "1.10"),
        ("12345678901.1234", QUANTIDADE, "12345678901.1234"),
        ("84.9000000000", PRECO, "84.9000000000"),
    ],
)
def test_an_amount_is_exact(text: str, forma: Forma, expected: str) -> None:
    found = valores.decimal(text, forma)
    assert found is not None
    assert format(found, "f") == expected


@pytest.mark.parametrize(
    "text",
    ["", " ", ".", "1.", ".5", "1,5", "1.2.3", "NaN", "Infinity", "-", "1e3", "0x1", "1_0", "١٠", "10000000000000",
     "1.001",
     "--1", "1 0", "1\x000", "9" * 1000, "0." + "0" * 1000],
)  # fmt: skip
def test_what_is_no_amount_is_none(text: str) -> None:
    assert valores.decimal(text, DINHEIRO) is None


@given(st.decimals(min_value=0, max_value=10**13 - 1, places=2, allow_nan=False))
def test_every_amount_of_the_column_is_read_as_it_is(value: Decimal) -> None:
    assert valores.decimal(format(value, "f"), DINHEIRO) == value


@given(st.text(max_size=30))
def test_any_text_is_an_amount_that_fits_or_none(text: str) -> None:
    found = valores.decimal(text, DINHEIRO)
    assert found is None or abs(found) < 10**13


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-15T10:30:00-03:00", "2026-01-15T10:30:00-03:00"),
        ("2026-01-15T10:30:00Z", "2026-01-15T10:30:00+00:00"),
        ("2026-01-15T10:30:00.123-04:00", "2026-01-15T10:30:00.123000-04:00"),
        ("2026-01-15T10:30:00", "2026-01-15T10:30:00-03:00"),
        ("2012-01-15", "2012-01-15T00:00:00-02:00"),
        ("2026-01-15T10:30:00-02:30", "2026-01-15T10:30:00-02:30"),
    ],
)
def test_an_instant_has_its_offset(text: str, expected: str) -> None:
    found = valores.instante(text)
    assert found is not None
    assert found.isoformat() == expected


@pytest.mark.parametrize(
    "text",
    ["", "2026-02-30", "2026-13-01", "20260115", "2026-W01-1", "2026-01-15 10:30:00", "2026-01-15T24:30:00-03:00",
     "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1899-12-30", "2026-01-15T10:30:00-15:00", "15/01/2026",
     "2026-01-15T10:30:00-03:60", "٢٠٢٦-01-15"],
)  # fmt: skip
def test_an_impossible_instant_is_none(text: str) -> None:
    assert valores.instante(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0", 0), (" 007 ", 7), ("999", 999), ("1000", None), ("-1", None), ("", None), ("1.0", None), ("²", None),
     ("9" * 5000, None)],
)  # fmt: skip
def test_a_number_is_within_its_column(text: str, expected: int | None) -> None:
    assert valores.inteiro(text, 999) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("11222333000181", "11222333000181"),
        ("11.222.333/0001-81", "11222333000181"),
        (COM_LETRAS.documento.lower(), COM_LETRAS.documento),
        ("111.444.777-35", "11144477735"),
        ("123", None),
        ("9" * 15, None),
        ("ABC", None),
        ("x" * 100_000, None),
    ],
)
def test_a_document_has_one_form(text: str, expected: str | None) -> None:
    assert valores.documento(text) == expected


@given(st.text(max_size=60), st.integers(1, 20))
def test_any_text_is_on_one_line_and_no_wider(text: str, width: int) -> None:
    found = valores.texto(text, width)
    assert found is None or (0 < len(found) <= width and found == found.strip() and len(found.splitlines()) == 1)
