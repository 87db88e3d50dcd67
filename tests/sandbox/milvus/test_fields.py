"""What a body may hold: names, types and forms of the contract, and nothing beside them.

docs/reference/contracts/milvus.md §2.2, §3.
"""

from typing import Any

import pytest

from sandbox.milvus.fields import ACOMPANHAMENTO, CHAMADO, FINALIZAR, BadBody, cliente, known, read

COMPANY = {"nome_fantasia": "Padaria", "razao_social": "Padaria Ltda", "inscricao_estadual": "ISENTO"}
PERSON = {"nome": "Fulana", "data_nascimento": "1990-02-28", "sexo": "F"}
ADDRESS = {
    "endereco_padrao": True,
    "endereco_descricao": "Loja",
    "endereco_cep": "01310100",
    "endereco_logradouro": "Rua das Acácias",
    "endereco_numero": "100",
    "endereco_complemento": "",
    "endereco_bairro": "Centro",
    "endereco_cidade": "São Paulo",
    "endereco_estado": "SP",
}
CONTACT = {
    "contato_padrao": True,
    "contato_descricao": "Caixa",
    "contato_email": "caixa@loja.example",
    "contato_telefone": "(11) 1234-5678",
    "contato_celular": "(11) 91234-5678",
    "contato_observacao": "",
}
CLIENT = {
    "cliente_documento": "11222333000181",
    "cliente_site": "https://loja.example",
    "cliente_observacao": "",
    "cliente_ativo": True,
    "cliente_id_integracao": 0,
    "cliente_pessoa_juridica": COMPANY,
    "cliente_enderecos": [ADDRESS],
    "cliente_contatos": [CONTACT],
}


def without(body: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in names}


@pytest.mark.parametrize(
    ("body", "kind", "reason"),
    [
        (b"{}", "text/plain", "Content-Type"),
        (b"{}", "application/x-www-form-urlencoded", "Content-Type"),
        (b"", "application/json", "não é JSON"),
        (b"{", "application/json", "não é JSON"),
        (b"\xff{}", "application/json", "não é JSON"),
        (b"[]", "application/json", "deve ser um objeto"),
        (b"7", "application/json", "deve ser um objeto"),
    ],
)
def test_a_body_is_a_json_object_that_says_so(body: bytes, kind: str, reason: str) -> None:
    assert read(b'{"a": 1}', "application/json") == {"a": 1}
    with pytest.raises(BadBody, match=reason):
        read(body, kind)


@pytest.mark.parametrize(
    "body",
    [
        CLIENT,
        without(CLIENT, "cliente_pessoa_juridica") | {"cliente_pessoa_fisica": PERSON},
        {"cliente_documento": "111.444.777-35", "cliente_pessoa_fisica": {"nome": "Fulana"}},
        {"cliente_documento": "12ABC34501DE35", "cliente_pessoa_juridica": COMPANY},  # pragma: allowlist secret
        CLIENT | {"cliente_enderecos": [], "cliente_contatos": []},
        CLIENT | {"cliente_contatos": [CONTACT, CONTACT | {"contato_padrao": False}, {}]},
    ],
)
def test_a_new_client_is_taken_as_it_is(body: dict[str, Any]) -> None:
    assert cliente(body, new=True) == body


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (without(CLIENT, "cliente_documento"), "cliente_documento é obrigatório"),
        (CLIENT | {"cliente_documento": 11222333000181}, "cliente_documento tem o tipo errado"),
        (CLIENT | {"cliente_documento": "1122233300018"}, "cliente_documento inválido"),
        (CLIENT | {"cliente_nome": "x"}, "Campo desconhecido: cliente_nome"),
        (CLIENT | {"cliente_ativo": "true"}, "cliente_ativo tem o tipo errado"),
        (CLIENT | {"cliente_id_integracao": True}, "cliente_id_integracao tem o tipo errado"),
        (CLIENT | {"cliente_site": None}, "cliente_site tem o tipo errado"),
        (CLIENT | {"cliente_pessoa_fisica": PERSON}, "Envie cliente_pessoa_fisica ou cliente_pessoa_juridica"),
        (without(CLIENT, "cliente_pessoa_juridica"), "Envie cliente_pessoa_fisica ou cliente_pessoa_juridica"),
        (CLIENT | {"cliente_pessoa_juridica": {}}, "nome_fantasia é obrigatório"),
        (CLIENT | {"cliente_pessoa_juridica": {"razao_social": "x"}}, "nome_fantasia é obrigatório"),
        (CLIENT | {"cliente_pessoa_juridica": COMPANY | {"nome": "x"}}, "Campo desconhecido: nome"),
        (CLIENT | {"cliente_pessoa_juridica": [COMPANY]}, "cliente_pessoa_juridica tem o tipo errado"),
        (CLIENT | {"cliente_enderecos": ADDRESS}, "cliente_enderecos deve ser uma lista"),
        (CLIENT | {"cliente_contatos": ["x"]}, "Um bloco deve ser um objeto"),
    ],
)
def test_what_makes_no_new_client(body: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadBody, match=reason):
        cliente(body, new=True)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("endereco_cep", value) for value in ("01310-100", "0131010", "013101000", "0131010x")),
        *(("endereco_estado", value) for value in ("sp", "35", "São Paulo")),
        *(("endereco_cidade", value) for value in ("3550308", "São Paulo 2")),
        *(("contato_telefone", value) for value in ("1112345678", "(11)1234-5678", "(11) 123-5678", "+55 11")),
        *(("contato_celular", value) for value in ("11912345678", "(11) 912345678")),
        *(("data_nascimento", value) for value in ("28/02/1990", "1990-2-28", "1990-02-28T00:00:00")),
        *(("sexo", value) for value in ("f", "X", "FM")),
    ],
)
def test_a_value_has_the_form_of_its_field(field: str, value: str) -> None:
    """Names of towns and abbreviations of states, not the numbers that another system has for them."""
    lists = {"endereco": ("cliente_enderecos", ADDRESS), "contato": ("cliente_contatos", CONTACT)}
    if (found := lists.get(field.partition("_")[0])) is not None:
        body = CLIENT | {found[0]: [found[1] | {field: value}]}
    else:
        body = without(CLIENT, "cliente_pessoa_juridica") | {"cliente_pessoa_fisica": PERSON | {field: value}}
    with pytest.raises(BadBody, match=f"{field} inválido"):
        cliente(body, new=True)


@pytest.mark.parametrize(
    ("name", "items"),
    [
        ("cliente_enderecos", [ADDRESS, ADDRESS]),
        ("cliente_enderecos", [ADDRESS | {"endereco_padrao": False}]),
        ("cliente_contatos", [without(CONTACT, "contato_padrao")]),
        ("cliente_contatos", [CONTACT, CONTACT | {"contato_descricao": "outro"}]),
    ],
)
def test_exactly_one_is_the_default(name: str, items: list[dict[str, Any]]) -> None:
    with pytest.raises(BadBody, match="deve ter exatamente um"):
        cliente(CLIENT | {name: items}, new=True)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"cliente_observacao": "nova"},
        {"cliente_pessoa_juridica": {"nome_fantasia": "Outra"}},
        without(CLIENT, "cliente_enderecos", "cliente_contatos"),
    ],
)
def test_a_change_says_what_changes(body: dict[str, Any]) -> None:
    assert cliente(body, new=False) == body


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"cliente_enderecos": [ADDRESS]}, "Campo desconhecido: cliente_enderecos"),
        ({"cliente_contatos": []}, "Campo desconhecido: cliente_contatos"),
        ({"cliente_documento": ""}, "cliente_documento inválido"),
        ({"cliente_pessoa_juridica": COMPANY, "cliente_pessoa_fisica": PERSON}, "Envie cliente_pessoa_fisica ou"),
        ({"cliente_pessoa_fisica": {"sexo": "F"}}, "nome é obrigatório"),
    ],
)
def test_a_change_has_no_addresses_and_no_contacts(body: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadBody, match=reason):
        cliente(body, new=False)


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        (
            CHAMADO,
            (
                "cliente_id chamado_assunto chamado_descricao chamado_descricao_html chamado_email chamado_telefone "
                "chamado_contato chamado_tecnico chamado_mesa chamado_setor chamado_categoria_primaria "
                "chamado_categoria_secundaria categoria_id"
            ),
        ),
        (ACOMPANHAMENTO, "acompanhamento_ticket acompanhamento_descricao acompanhamento_privado"),
        (
            FINALIZAR,
            "chamado_codigo chamado_servico_realizado chamado_equipamento_retirado chamado_material_utilizado",
        ),
    ],
)
def test_the_bodies_of_tickets_have_the_fields_of_the_contract(fields: dict[str, type], names: str) -> None:
    assert set(fields) == set(names.split())
    body = {name: kind("") if kind is str else kind(1) for name, kind in fields.items()}
    known(body, fields)
    with pytest.raises(BadBody, match="Campo desconhecido: referencia"):
        known(body | {"referencia": "x"}, fields)
    with pytest.raises(BadBody, match=f"{next(iter(fields))} é obrigatório"):
        known(body, fields, required=(next(iter(fields)),))


@pytest.mark.parametrize("body", [None, [], "x"])
def test_a_block_is_an_object(body: Any) -> None:
    with pytest.raises(BadBody, match="Um bloco deve ser um objeto"):
        known(body, CHAMADO)


def test_a_code_is_a_text() -> None:
    for fields, name in ((FINALIZAR, "chamado_codigo"), (ACOMPANHAMENTO, "acompanhamento_ticket")):
        with pytest.raises(BadBody, match=f"{name} tem o tipo errado"):
            known({name: 12}, fields)
