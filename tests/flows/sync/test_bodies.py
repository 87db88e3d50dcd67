"""What is sent, field by field: documents as text, blocks, addresses by name, never an empty text."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.milvus import has_reference
from connectors.milvus.rows import Cliente
from connectors.ploomes import rows
from core.settings.sync import ContaSync, SyncTag
from flows.sync import bodies

NOW = datetime(2026, 7, 14, tzinfo=UTC)
TAG = SyncTag(id=1, label="ENTREGA", category="Entrega")
REF = "Referência: ploomes/Tasks/7"


def contact(**fields: Any) -> dict[str, Any]:
    return bodies.cliente(rows.contact({"Id": 1, "Name": "Maria", **fields}), ContaSync())


def ticket(conta: ContaSync | None = None, **fields: Any) -> dict[str, Any]:
    item = rows.item("Tasks", {"Id": 7, **fields})
    return bodies.chamado("tarefas", item, TAG, "ABC", REF, conta or ContaSync())


def test_a_company_and_a_person_have_one_block_each() -> None:
    company = contact(CNPJ="12.ABC.345/01DE-35", LegalName="Maria Ltda")
    assert company["cliente_documento"] == "12ABC34501DE35"  # pragma: allowlist secret
    assert company["cliente_pessoa_juridica"] == {"nome_fantasia": "Maria", "razao_social": "Maria Ltda"}
    person = contact(CPF="111.444.777-35", Birthday="1980-05-01T00:00:00-03:00")
    assert person["cliente_pessoa_fisica"] == {"nome": "Maria", "data_nascimento": "1980-05-01"}
    assert "cliente_pessoa_juridica" not in person


def test_addresses_go_by_name_and_numbers_as_text() -> None:
    place = {"Name": "Recife", "State": {"Short": "pe"}}
    phones = [{"PhoneNumber": "81 99999-1234", "TypeId": 2}, {"PhoneNumber": "+55 (81) 3333-1234", "TypeId": 1}]
    found = contact(CPF="11144477735", ZipCode=1001000, City=place, Phones=phones, Email="a@b.c", StreetAddress=None)
    assert found["cliente_enderecos"] == [
        {
            "endereco_padrao": True,
            "endereco_descricao": "Principal",
            "endereco_cep": "01001000",
            "endereco_cidade": "Recife",
            "endereco_estado": "PE",
        }
    ]
    (one,) = found["cliente_contatos"]
    assert (one["contato_celular"], one["contato_telefone"], one["contato_email"]) == (
        "(81) 99999-1234",
        "(81) 3333-1234",
        "a@b.c",
    )


def test_what_is_not_there_is_left_out() -> None:
    found = contact(CPF="11144477735", Email="  ", Phones=None, City=None, Website=["x"])
    assert set(found) == {"cliente_documento", "cliente_ativo", "cliente_pessoa_fisica"}


@pytest.mark.parametrize(
    ("fields", "subject", "text"),
    [
        ({"Title": "Instalar", "Description": "<p>Levar<br>cabos</p>"}, "Instalar", "Levar\ncabos"),
        ({"Title": None, "Description": "<script>x</script>"}, "ENTREGA 7", "Sem descrição."),
        ({"Title": " \n ", "Description": "a" * 9000}, "ENTREGA 7", None),
        ({"Title": "linha\nquebrada " * 40, "Description": "x"}, None, "x"),
    ],
)
def test_a_ticket_is_never_without_subject_and_text_and_ends_with_its_reference(
    fields: dict[str, Any], subject: str | None, text: str | None
) -> None:
    found = ticket(**fields)
    said, _, ref = found["chamado_descricao"].rpartition("\n\n")
    assert ref == REF
    assert text is None or said == text
    assert subject is None or found["chamado_assunto"] == subject
    assert len(found["chamado_descricao"]) <= bodies.DESCRIPTION_LIMIT
    assert 0 < len(found["chamado_assunto"]) <= bodies.SUBJECT_LIMIT
    assert "\n" not in found["chamado_assunto"]
    assert (found["cliente_id"], found["chamado_categoria_primaria"]) == ("ABC", "Entrega")


def test_the_mapping_of_the_settings_takes_the_place_of_the_usual_one() -> None:
    fields = [
        {"flow": "tarefas", "target": "chamado_mesa", "default": "Suporte"},
        {"flow": "tarefas", "target": "categoria_id", "default": "12"},
        {"flow": "tarefas", "target": "chamado_contato", "source": "Contact.Name", "transform": "maiusculas"},
        {"flow": "tarefas", "target": "chamado_telefone", "source": "Phones.0.Number", "transform": "telefone"},
        {"flow": "tarefas", "target": "chamado_descricao", "source": "Notas.1"},
    ]
    conta = ContaSync.model_validate({"mapping": json.dumps(fields)})
    found = ticket(conta, Title="x", Contact={"Name": "ana"}, Phones=[{"Number": "8133331234"}], Notas=["a", "b"])
    assert (found["chamado_mesa"], found["categoria_id"], found["chamado_contato"]) == ("Suporte", 12, "ANA")
    assert (found["chamado_telefone"], found["chamado_descricao"]) == ("(81) 3333-1234", f"b\n\n{REF}")


def test_a_contact_of_ploomes_says_whether_it_is_a_company() -> None:
    raw = {"nome_fantasia": "Sol", "razao_social": "Sol Ltda", "site": None}
    found = bodies.contact(Cliente(5, "AB", "Sol", "11222333000181", True, raw), ContaSync())
    assert found == {"Name": "Sol", "LegalName": "Sol Ltda", "TypeId": 1, "Register": "11222333000181"}
    person = bodies.contact(Cliente(5, "AB", "", "11144477735", True, {}), ContaSync())
    assert person == {"Name": "Sem nome", "TypeId": 2, "Register": "11144477735"}


@pytest.mark.parametrize(
    "quoted",
    [
        "Referência: ploomes/Tasks/8",
        "> Referência: ploomes/Tasks/8",
        "<p>referencia: ploomes/Tasks/8</p>",
        "* Refer&ecirc;ncia: ploomes/Tasks/8",
    ],
)
def test_a_text_that_quotes_a_ticket_is_not_taken_for_that_ticket(quoted: str) -> None:
    other = "Referência: ploomes/Tasks/8"
    told = ticket(Description=f"<p>Ver isto:</p>\n{quoted}\nObrigado")["chamado_descricao"]
    assert not has_reference(told, other)
    assert "ploomes/Tasks/8" in told
    assert has_reference(told, REF)
    edited = bodies.follow_up(rows.item("Tasks", {"Id": 7, "Description": quoted}), f"{REF} 0a1b")
    assert not has_reference(edited, other)


@pytest.mark.parametrize(("given", "sent"), [("12", 12), ("doze", None), ("²", None)])
def test_a_category_that_is_no_number_is_left_out(given: str, sent: int | None) -> None:
    field = {"flow": "tarefas", "target": "categoria_id", "source": "Title"}
    assert ticket(ContaSync.model_validate({"mapping": [field]}), Title=given).get("categoria_id") == sent
