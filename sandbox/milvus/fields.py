"""What a body may hold; anything else is refused with its reason.

docs/reference/contracts/milvus.md §2, §3.
"""

import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from core.fiscal import tipo_documento

Body = dict[str, Any]
_PHONE = re.compile(r"\(\d\d\) \d{4,5}-\d{4}")
_CHECKS: dict[str, re.Pattern[str]] = {
    "endereco_cep": re.compile(r"\d{8}"),
    "endereco_estado": re.compile(r"[A-Z]{2}"),
    "endereco_cidade": re.compile(r"\D+"),
    "contato_telefone": _PHONE,
    "contato_celular": _PHONE,
    "data_nascimento": re.compile(r"\d{4}-\d\d-\d\d"),
    "sexo": re.compile(r"[FM]"),
}
PESSOA_FISICA: dict[str, type] = {"nome": str, "data_nascimento": str, "sexo": str}
PESSOA_JURIDICA: dict[str, type] = {"nome_fantasia": str, "razao_social": str, "inscricao_estadual": str}
ENDERECO: dict[str, type] = {
    "endereco_padrao": bool,
    **dict.fromkeys(("endereco_descricao", "endereco_cep", "endereco_logradouro", "endereco_numero"), str),
    **dict.fromkeys(("endereco_complemento", "endereco_bairro", "endereco_cidade", "endereco_estado"), str),
}
CONTATO: dict[str, type] = {
    "contato_padrao": bool,
    **dict.fromkeys(("contato_descricao", "contato_email", "contato_telefone"), str),
    **dict.fromkeys(("contato_celular", "contato_observacao"), str),
}
CLIENTE: dict[str, type] = {
    **dict.fromkeys(("cliente_documento", "cliente_site", "cliente_observacao"), str),
    "cliente_ativo": bool,
    "cliente_id_integracao": int,
    "cliente_pessoa_fisica": dict,
    "cliente_pessoa_juridica": dict,
}
LISTAS = {"cliente_enderecos": ENDERECO, "cliente_contatos": CONTATO}
BLOCOS = {"cliente_pessoa_fisica": PESSOA_FISICA, "cliente_pessoa_juridica": PESSOA_JURIDICA}
CHAMADO: dict[str, type] = {
    **dict.fromkeys(("cliente_id", "chamado_assunto", "chamado_descricao", "chamado_descricao_html"), str),
    **dict.fromkeys(("chamado_email", "chamado_telefone", "chamado_contato", "chamado_tecnico", "chamado_mesa"), str),
    **dict.fromkeys(("chamado_setor", "chamado_categoria_primaria", "chamado_categoria_secundaria"), str),
    "categoria_id": int,
}
ACOMPANHAMENTO: dict[str, type] = {
    "acompanhamento_ticket": str,
    "acompanhamento_descricao": str,
    "acompanhamento_privado": bool,
}
FINALIZAR: dict[str, type] = {
    "chamado_codigo": str,
    "chamado_servico_realizado": str,
    "chamado_equipamento_retirado": str,
    "chamado_material_utilizado": str,
}


class BadBody(ValueError):
    """What is wrong with a body, as the server says it."""


def read(body: bytes, content_type: str) -> Body:
    """Read a JSON object."""
    if content_type != "application/json":
        raise BadBody("Content-Type deve ser application/json")
    try:
        found = json.loads(body)
    except ValueError:
        raise BadBody("O corpo não é JSON") from None
    if not isinstance(found, dict):
        raise BadBody("O corpo deve ser um objeto")
    return found


def cliente(body: Body, *, new: bool) -> Body:
    """Check a client: the addresses and contacts are only those of a new one."""
    lists = LISTAS if new else {}
    known(body, CLIENTE, required=("cliente_documento",) if new else (), more=lists)
    if "cliente_documento" in body and tipo_documento(body["cliente_documento"]) is None:
        raise BadBody("cliente_documento inválido")
    blocks = [name for name in BLOCOS if name in body]
    if len(blocks) > 1 or (new and not blocks):
        raise BadBody("Envie cliente_pessoa_fisica ou cliente_pessoa_juridica")
    for name in blocks:
        known(body[name], BLOCOS[name], required=(next(iter(BLOCOS[name])),))
    for name, fields in lists.items():
        _list(body.get(name, []), name, fields)
    return body


def _list(items: Any, name: str, fields: Mapping[str, type]) -> None:
    if not isinstance(items, list):
        raise BadBody(f"{name} deve ser uma lista")
    for item in items:
        known(item, fields)
    default = next(iter(fields))
    if items and [item.get(default) for item in items].count(True) != 1:
        raise BadBody(f"{name} deve ter exatamente um {default}")


def known(body: Any, fields: Mapping[str, type], required: Collection[str] = (), more: Collection[str] = ()) -> None:
    """Refuse what is unknown, of a wrong type or form, or missing."""
    if not isinstance(body, dict):
        raise BadBody("Um bloco deve ser um objeto")
    for name, value in body.items():
        if name not in fields and name not in more:
            raise BadBody(f"Campo desconhecido: {name}")
        if name in fields and type(value) is not fields[name]:
            raise BadBody(f"{name} tem o tipo errado")
        if value and name in _CHECKS and not _CHECKS[name].fullmatch(value):
            raise BadBody(f"{name} inválido")
    for name in required:
        if not body.get(name):
            raise BadBody(f"{name} é obrigatório")


def from_one(value: Any, default: int) -> int:
    """Read a number from one on, as a parameter says it."""
    if value is None:
        return default
    if not str(value).isdecimal() or int(value) < 1:
        raise BadBody("Número inválido")
    return int(value)
