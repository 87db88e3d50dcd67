"""The section `[fila]`: names that may stand in SQL, texts with fields, and where a queue is."""

from typing import Any

import pytest
from conftest import Configure
from pydantic import SecretStr, ValidationError

from core.errors import Misconfigured
from core.settings.fila import ContaFila, FilaColumns, FilaSettings, is_identifier
from core.settings.load import get_settings

URL = SecretStr("sqlite:///erp.db")
WITH_PASSWORD = "postgresql://u:segredo-1@h/erp"  # pragma: allowlist secret


@pytest.mark.parametrize("name", ["A", "a1", "HSM_FILA", "dono.TABELA", "A$B#C", "A" * 128, f"{'A' * 128}.{'B' * 128}"])
def test_a_table_or_column_has_a_name_with_or_without_its_owner(name: str) -> None:
    assert is_identifier(name)
    assert ContaFila(url=URL, table=name).table == name


@pytest.mark.parametrize(
    "name",
    ["", "1A", "_A", "A B", 'A"', "A;B", "A--", "A.", ".A", "A.B.C", "A.1", "Á", "A\n", "A" * 129, f"A.{'B' * 129}"],
)
def test_what_might_be_more_than_a_name_is_none(name: str) -> None:
    assert not is_identifier(name)
    for wrong in ({"table": name}, {"columns": {"os": name}}, {"mask": [name]}):
        with pytest.raises(ValidationError, match="deve ser um nome de tabela ou coluna"):
            ContaFila.model_validate({"url": URL, **wrong})


@pytest.mark.parametrize("dsn", ["10.0.0.9:1521/ERP", "servidor:1/a.b-c$d", "h:65535/x"])
def test_oracle_is_reached_by_host_port_and_service(dsn: str) -> None:
    assert ContaFila(dsn=dsn, user="hsm", password=SecretStr("x")).dsn == dsn


@pytest.mark.parametrize(
    "dsn", ["", "servidor", "servidor/ERP", "servidor:1521", "a b:1/x", "h:x/y", "h:123456/x", "//h:1/x"]
)
def test_another_form_of_address_is_told(dsn: str) -> None:
    with pytest.raises(ValidationError, match="deve ter a forma host:porta/servico"):
        ContaFila(dsn=dsn, user="hsm", password=SecretStr("x"))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "precisa de url ou de dsn"),
        ({"user": "hsm", "password": "x"}, "precisa de url ou de dsn"),
        ({"dsn": "h:1/x"}, "com dsn, precisa também de user e password"),
        ({"dsn": "h:1/x", "user": "hsm"}, "com dsn, precisa também de user e password"),
        ({"dsn": "h:1/x", "user": "", "password": "x"}, "com dsn, precisa também de user e password"),
        ({"dsn": "h:1/x", "password": "x"}, "com dsn, precisa também de user e password"),
    ],
)
def test_an_account_says_where_its_queue_is_and_who_asks(given: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        ContaFila.model_validate(given)


@pytest.mark.parametrize(
    "text", ["", "OS #{id_os} atualizada.", "{mensagem}", "{{literal}} {a1}", "{nm_setor:>10}", "{os!s}"]
)
def test_a_text_has_fields_by_the_names_of_columns(text: str) -> None:
    assert ContaFila(url=URL, template=text, title=text).template == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{id_os", "não fecham"),
        ("id_os}", "não fecham"),
        ("{}", r"campo desconhecido no modelo: \{\}"),
        ("{0}", "campo desconhecido no modelo: 0"),
        ("{ID_OS}", "campo desconhecido no modelo: ID_OS"),
        ("{id os}", "campo desconhecido no modelo: id os"),
        ("{os.__class__}", "campo desconhecido no modelo"),
        ("{os[0]}", "campo desconhecido no modelo"),
        ("{os:d}", "o formato de um campo do modelo não serve"),
        ("{os:{x}}", "o formato de um campo do modelo não serve"),
        ("{os!x}", "o formato de um campo do modelo não serve"),
    ],
)
def test_a_text_that_cannot_be_filled_is_told_before_there_is_a_row(text: str, said: str) -> None:
    for field in ("template", "title"):
        with pytest.raises(ValidationError, match=said):
            ContaFila.model_validate({"url": URL, field: text})


@pytest.mark.parametrize(
    ("key", "least", "most"),
    [
        ("batch", 1, 500),
        ("lease_seconds", 10, 3600),
        ("interval_seconds", 0.1, 60),
        ("call_timeout", 1, 300),
        ("max_attempts", 1, 100),
        ("reprocess", 0, 100),
        ("priority", 1, 5),
    ],
)
def test_a_number_has_its_bounds(key: str, least: float, most: float) -> None:
    for value in (least, most):
        assert getattr(ContaFila.model_validate({"url": URL, key: value}), key) == value
    for value in (least - 1, most + 1):
        with pytest.raises(ValidationError):
            ContaFila.model_validate({"url": URL, key: value})


@pytest.mark.parametrize("rule", [{"value": "x"}, {"column": "A"}, {"column": "A B", "value": "x"}])
def test_a_rule_has_a_column_and_a_value(rule: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        ContaFila.model_validate({"url": URL, "rules": [rule]})


def test_tables_and_lists_may_come_as_a_variable_holds_them(configure: Configure) -> None:
    configure(
        fila__url="sqlite:///erp.db",
        fila__columns='{"os": "CD_OS"}',
        fila__tags='["os"]',
        fila__mask='["NM_SOLICITANTE"]',
        fila__rules='[{"column": "TIPO", "value": "x", "priority": 5}]',
    )
    conta = FilaSettings.current().conta("padrao")
    assert (conta.columns, conta.tags, conta.mask) == (FilaColumns(os="CD_OS"), ("os",), ("NM_SOLICITANTE",))
    assert [(one.column, one.value, one.priority, one.title) for one in conta.rules] == [("TIPO", "x", 5, None)]


@pytest.mark.parametrize("given", [{"columns": "não é JSON"}, {"layout": "outro"}, {"dns": "h:1/x"}])
def test_a_mistake_is_told_at_start_and_no_password_with_it(configure: Configure, given: dict[str, Any]) -> None:
    configure(fila__url=WITH_PASSWORD, **{f"fila__{key}": one for key, one in given.items()})
    with pytest.raises(Misconfigured, match=r"fila\.") as caught:
        get_settings()
    assert "segredo-1" not in str(caught.value)
