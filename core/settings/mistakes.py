"""Say in Portuguese what is wrong with a setting, naming its key and never showing its value."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from core.text import redact

_REASONS = {
    "extra_forbidden": "chave desconhecida",
    "missing": "falta este valor",
    "int_parsing": "deve ser um número inteiro",
    "int_type": "deve ser um número inteiro",
    "int_from_float": "deve ser um número inteiro",
    "float_parsing": "deve ser um número",
    "float_type": "deve ser um número",
    "finite_number": "deve ser um número finito",
    "bool_parsing": "deve ser true ou false",
    "bool_type": "deve ser true ou false",
    "string_type": "deve ser um texto",
    "string_too_short": "não pode ser vazio",
    "string_too_long": "texto longo demais (máximo {max_length})",
    "tuple_type": "deve ser uma lista (no ambiente, em JSON)",
    "list_type": "deve ser uma lista (no ambiente, em JSON)",
    "dict_type": "deve ser uma tabela",
    "model_type": "deve ser uma tabela",
    "model_attributes_type": "deve ser uma tabela",
    "literal_error": "deve ser um destes: {expected}",
    "greater_than": "deve ser maior que {gt}",
    "greater_than_equal": "deve ser no mínimo {ge}",
    "less_than": "deve ser menor que {lt}",
    "less_than_equal": "deve ser no máximo {le}",
    "path_type": "deve ser um caminho",
    "value_error": "{error}",
}


def key_name(location: Iterable[int | str]) -> str:
    """Return `sat.boxes[0].port` for a location."""
    name = ""
    for part in location:
        name += f"[{part}]" if isinstance(part, int) else f".{part}" if name else str(part)
    return name


def _siblings(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """Return the known keys of the table in which an unknown key stands."""
    for part in location[:-1]:
        if isinstance(part, int) or part not in model.model_fields:
            continue
        found: list[Any] = [model.model_fields[part].annotation]
        while found and not (isinstance(found[0], type) and issubclass(found[0], BaseModel)):
            found = [*get_args(found[0]), *found[1:]]
        if found:
            model = found[0]
    return list(model.model_fields)


def _reason(error: Any, model: type[BaseModel]) -> str:
    context = {key: _shown(value) for key, value in error.get("ctx", {}).items()}
    reason = _REASONS.get(error["type"], "valor inválido").format(**context)
    if error["type"] == "extra_forbidden":
        close = get_close_matches(str(error["loc"][-1]), _siblings(model, error["loc"]), 1)
        reason += f" (seria {close[0]}?)" if close else ""
    return reason


def _shown(limit: Any) -> str:
    if isinstance(limit, float) and limit.is_integer():
        return f"{limit:.0f}"
    return f"{limit:g}" if isinstance(limit, float) else str(limit).replace(" or ", " ou ")


def explain(error: ValidationError, model: type[BaseModel]) -> list[str]:
    """Return one `chave: motivo` per mistake."""
    told = {key_name(e["loc"]): _reason(e, model) for e in error.errors(include_url=False, include_input=False)}
    return [_sentence(key, reason) for key, reason in told.items()]


def _sentence(key: str, reason: str) -> str:
    # the filter of secrets would take the word behind "token:" for one
    told = f"{key}: {reason}"
    return told if redact(told) == told else f"{key} – {reason}"


def unknown_variables(
    environ: Mapping[str, str], prefix: str, sections: Mapping[str, Any], singles: frozenset[str]
) -> list[str]:
    """Return a mistake for each variable with our prefix that belongs to no section."""
    wrong = []
    for name in environ:
        if not name.upper().startswith(prefix) or name.upper() in singles:
            continue
        section, _, key = name[len(prefix) :].lower().partition("__")
        if section not in sections or not key:
            wrong.append(f"{name}: variável desconhecida (o formato é {prefix}SECAO__CHAVE)")
    return wrong
