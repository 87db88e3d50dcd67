"""Fields of the other side: where each value is looked for, and what is made of it."""

from types import SimpleNamespace
from typing import Any

import pytest

from connectors.ploomes.rows import contact
from core.settings.sync import SyncField
from flows.sync.mapping import TEXT_LIMIT, mapped

PM, TASKS = "clientes-pm", "tarefas"


def field(transform: str = "texto", source: str = "v", default: str = "", target: str = "chamado_contato") -> SyncField:
    said = {"flow": TASKS, "target": target, "source": source, "transform": transform, "default": default}
    return SyncField.model_validate(said)


def value(raw: Any, how: SyncField) -> str | None:
    return mapped(TASKS, SimpleNamespace(raw=raw, telefone="8133331234"), [how]).get(how.target)


@pytest.mark.parametrize(
    ("transform", "given", "made"),
    [
        ("texto", "  Padaria  <b>Estrela</b> ", "Padaria Estrela"),
        ("texto", 12, "12"),
        ("texto", 0, "0"),
        ("texto", None, None),
        ("texto", {"Name": "x"}, None),
        ("texto", ["x"], None),
        ("digitos", "81 9999-1234 r. 2", "81999912342"),
        ("digitos", "٣١", None),
        ("cep", 1001000, "01001000"),
        ("cep", "01.001-000", "01001000"),
        ("cep", "010010001", None),
        ("cep", "sem", None),
        ("maiusculas", " pe ", "PE"),
        ("data", "1980-05-01T00:00:00-03:00", "1980-05-01"),
        ("data", "1980-02-30", None),
        ("data", "01/05/1980", None),
        ("telefone", "8133331234", "(81) 3333-1234"),
        ("telefone", "81 99999-1234", "(81) 99999-1234"),
        ("telefone", "+55 (81) 3333-1234", "(81) 3333-1234"),
        ("telefone", "+55 81 99999-1234", "(81) 99999-1234"),
        ("telefone", "5533331234", "(55) 3333-1234"),
        ("telefone", "3333-1234", "3333-1234"),
        ("telefone", "0800 123", "0800 123"),
        ("telefone", None, None),
    ],
)
def test_a_value_is_made_what_the_other_side_takes_or_left_out(transform: str, given: Any, made: str | None) -> None:
    assert value({"v": given}, field(transform)) == made


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("Contact.Name", "Ana"),
        ("Contact", None),
        ("Contact.Name.First", None),
        ("Nada.Name", None),
        ("Phones.1.Number", "2"),
        ("Phones.2.Number", None),
        ("Phones.-1.Number", None),
        ("Phones.um", None),
        ("Phones.²", None),
        ("Title.0", None),
        ("@telefone", "8133331234"),
        ("@nada", None),
    ],
)
def test_a_path_leads_through_objects_and_lists_and_nowhere_else(source: str, found: str | None) -> None:
    raw = {"Title": "Instalar", "Contact": {"Name": "Ana"}, "Phones": [{"Number": "1"}, {"Number": "2"}]}
    assert value(raw, field(source=source)) == found


@pytest.mark.parametrize(
    ("given", "default", "made"),
    [("Loja", "Suporte", "Loja"), (None, "Suporte", "Suporte"), ("  ", "Suporte", "Suporte"), ("x", "", "x")],
)
def test_a_fixed_value_stands_in_where_there_is_none(given: str | None, default: str, made: str) -> None:
    assert value({"v": given}, field(default=default)) == made


def test_a_field_without_a_source_has_its_fixed_value() -> None:
    assert value({"v": "x"}, field(source="", default="Suporte")) == "Suporte"


def test_a_long_text_is_cut() -> None:
    assert value({"v": "a" * (TEXT_LIMIT + 1)}, field()) == "a" * TEXT_LIMIT


def test_a_field_of_the_settings_takes_the_place_of_the_usual_one_in_its_own_flow_only() -> None:
    row = contact({"Id": 1, "Name": "Padaria", "LegalName": "Padaria Ltda", "Note": "fiel"})
    other = SyncField(flow="clientes-mp", target="Name", source="Note")
    mine = SyncField(flow=PM, target="nome_fantasia", source="Note")
    usual = {"nome": "Padaria", "razao_social": "Padaria Ltda", "contato_descricao": "Padaria"}
    assert mapped(PM, row, [other]) == usual | {"nome_fantasia": "Padaria"}
    assert mapped(PM, row, [other, mine]) == usual | {"nome_fantasia": "fiel"}
    nobody = SyncField(flow=PM, target="nome_fantasia", source="Nada")
    assert mapped(PM, row, [nobody]) == usual, "also where it has no value"


@pytest.mark.parametrize("flow", ["tarefas", "interacoes"])
def test_a_ticket_has_no_usual_fields(flow: str) -> None:
    assert mapped(flow, SimpleNamespace(raw={"Title": "x"}), []) == {}
