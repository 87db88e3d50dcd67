"""Fields of the other side from those of this one: the usual ones, and what the settings put in their place."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from core.html_text import plain_text
from core.settings.sync import CLIENTES_MP, CLIENTES_PM, INTERACOES, TAREFAS, SyncField

TEXT_LIMIT = 2000


def _usual(flow: str, *rows: tuple[str, str, str]) -> list[SyncField]:
    return [
        SyncField.model_validate({"flow": flow, "target": to, "source": of, "transform": how}) for to, of, how in rows
    ]


_CLIENTE = (
    ("nome", "Name", "texto"),
    ("nome_fantasia", "Name", "texto"),
    ("razao_social", "LegalName", "texto"),
    ("cliente_site", "Website", "texto"),
    ("data_nascimento", "Birthday", "data"),
    ("endereco_cep", "ZipCode", "cep"),
    ("endereco_logradouro", "StreetAddress", "texto"),
    ("endereco_numero", "StreetAddressNumber", "texto"),
    ("endereco_complemento", "StreetAddressLine2", "texto"),
    ("endereco_bairro", "Neighborhood", "texto"),
    ("endereco_cidade", "City.Name", "texto"),
    ("endereco_estado", "City.State.Short", "maiusculas"),
    ("contato_descricao", "Name", "texto"),
    ("contato_email", "Email", "texto"),
    ("contato_telefone", "@telefone", "telefone"),
    ("contato_celular", "@celular", "telefone"),
)
_CONTACT = (("Name", "nome_fantasia", "texto"), ("LegalName", "razao_social", "texto"), ("Website", "site", "texto"))
USUAL: dict[str, list[SyncField]] = {
    CLIENTES_PM: _usual(CLIENTES_PM, *_CLIENTE),
    CLIENTES_MP: _usual(CLIENTES_MP, *_CONTACT),
    TAREFAS: [],
    INTERACOES: [],
}


def mapped(flow: str, row: Any, fields: Sequence[SyncField]) -> dict[str, str]:
    """Return the fields of the other side that have a value; `fields` take the place of the usual ones."""
    chosen = {field.target: field for field in USUAL[flow]} | {one.target: one for one in fields if one.flow == flow}
    values = {target: _value(row, field) for target, field in chosen.items()}
    return {target: value for target, value in values.items() if value}


def _value(row: Any, field: SyncField) -> str:
    found = _at(row, field.source) if field.source else None
    return (_TRANSFORMS[field.transform](found) or field.default)[:TEXT_LIMIT]


def _at(row: Any, path: str) -> object:
    """Return what is at a path of the row as it came; `@name` is what the connector made of it."""
    if path.startswith("@"):
        return getattr(row, path[1:], None)
    found: Any = row.raw
    for step in path.split("."):
        if isinstance(found, Mapping):
            found = found.get(step)
        elif isinstance(found, Sequence) and not isinstance(found, str) and step.isdecimal() and int(step) < len(found):
            found = found[int(step)]
        else:
            return None
    return found


def _texto(value: object) -> str:
    return "" if value is None or isinstance(value, Mapping | list) else plain_text(str(value)).strip()


def _digitos(value: object) -> str:
    return re.sub(r"[^0-9]", "", _texto(value))


def _cep(value: object) -> str:
    digits = _digitos(value)
    return digits.zfill(8) if 0 < len(digits) <= 8 else ""


def _telefone(value: object) -> str:
    digits = _digitos(value)
    local = digits[2:] if len(digits) in (12, 13) and digits.startswith("55") else digits
    return f"({local[:2]}) {local[2:-4]}-{local[-4:]}" if len(local) in (10, 11) else _texto(value)


def _data(value: object) -> str:
    try:
        return date.fromisoformat(_texto(value)[:10]).isoformat()
    except ValueError:
        return ""


_TRANSFORMS: dict[str, Callable[[object], str]] = {
    "texto": _texto,
    "digitos": _digitos,
    "cep": _cep,
    "maiusculas": lambda value: _texto(value).upper(),
    "data": _data,
    "telefone": _telefone,
}
