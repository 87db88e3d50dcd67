"""What a spreadsheet does to the numbers of boxes is told, and what is right is let through."""

import pytest

from flows.sat.spreadsheet import AS_TEXT, shortened


@pytest.mark.parametrize(
    "cells",
    [
        {},
        {"name": "loja-1", "host": "10.0.0.5", "port": "5000"},
        {"serial": "000012345", "activation_code": "00123456"},
        {"serial": "", "activation_code": " "},
        {"serial": "ABC", "activation_code": "segredo"},
        {"serial": "1234567890", "activation_code": "1" * 32},
        {"host": "10.000", "name": "1.234"},
        {"port": "5000.5", "interval_seconds": "1.23", "numero_caixa": "1"},
        {"name": "e10", "host": "1e", "notas": "1,5e"},
        {"serial": "١٢٣"},
    ],
)
def test_what_no_spreadsheet_changed_is_said_nothing_of(cells: dict[str, str]) -> None:
    assert shortened(cells) is None


@pytest.mark.parametrize("value", ["9E+08", "9,00012E+08", "9.00012e8", "-1E5", " 9E+08 ", "1E-3"])
@pytest.mark.parametrize("title", ["serial", "name", "thresholds.certificate_days"])
def test_a_number_that_was_rounded_is_told_with_its_column(title: str, value: str) -> None:
    said = shortened({"host": "10.0.0.5", title: value})
    assert said == f"{title}: a planilha arredondou o número para {value.strip()}. {AS_TEXT}"


@pytest.mark.parametrize(
    "title", ["port", "interval_seconds", "thresholds.clock_seconds", "thresholds.certificate_days"]
)
@pytest.mark.parametrize("value", ["5.000", "1.234.567", " 60.000"])
def test_a_point_of_thousands_is_told_where_only_whole_numbers_are(title: str, value: str) -> None:
    said = shortened({title: value})
    assert said == f"{title}: a planilha escreveu {value.strip()} com ponto de milhar. {AS_TEXT}"


@pytest.mark.parametrize(("serial", "digits"), [("1", "1 dígito"), ("12345678", "8 dígitos"), (" 1234 ", "4 dígitos")])
def test_a_serial_number_without_its_zeros_is_told(serial: str, digits: str) -> None:
    said = shortened({"serial": serial}) or ""
    assert said.startswith(f"serial: {serial.strip()} tem {digits}, e um número de série tem nove")
    assert AS_TEXT in said


@pytest.mark.parametrize(("code", "digits"), [("1", "1 dígito"), ("1234567", "7 dígitos")])
def test_an_activation_code_without_its_zeros_is_told_and_never_shown(code: str, digits: str) -> None:
    said = shortened({"activation_code": code}) or ""
    assert said.startswith(f"activation_code: tem {digits}, e um código de ativação tem ao menos oito")
    assert code not in said.removeprefix(f"activation_code: tem {digits}")


def test_the_first_column_that_was_changed_is_told() -> None:
    both = {"port": "5.000", "name": "1E5", "serial": "1"}
    assert (shortened(both) or "").startswith("port: ")
    assert (shortened(dict(reversed(both.items()))) or "").startswith("name: ")
