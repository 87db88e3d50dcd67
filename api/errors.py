"""What goes wrong, as an answer: the one place that knows statuses. docs/reference/contracts/integracoes.md §4.5."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from core.errors import Conflict, NotFound, PlatformError, RateLimited, Refusal, Transient
from core.logs import get_logger

GENERAL = "non_field_errors"
INTERNAL = "Erro interno. Ao relatar, diga o request_id."
NO_DATABASE = "O banco de dados não respondeu como devia: rode `esteira diagnostico`."
AGAIN_SECONDS = 5
EXCEEDED = "Rate limit exceeded"
TOO_MANY = "Pedidos demais: espere o tempo que Retry-After diz."
PLAIN = {
    401: "Token ausente ou inválido.",
    404: "Não encontrado.",
    405: "Este caminho não aceita este método.",
    413: "O corpo do pedido é grande demais.",
    415: "Envie o corpo como application/json.",
}
# The first that fits decides.
STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (NotFound, 404),
    (Conflict, 409),
    (Refusal, 400),
    (RateLimited, 429),
    (Transient, 503),
    (PlatformError, 503),
    (SQLAlchemyError, 503),
)
# What pydantic says, by its type; of others that the value is none.
WRONG = {
    "missing": "Este campo é obrigatório.",
    "string_type": "Use um texto.",
    "string_too_long": "O texto passa de {max_length} caracteres.",
    "string_too_short": "O texto deve ter ao menos {min_length} caracteres.",
    "int_type": "Use um número inteiro.",
    "int_parsing": "Use um número inteiro.",
    "int_parsing_size": "Use um número inteiro.",
    "int_from_float": "Use um número inteiro.",
    "bool_type": "Use true ou false.",
    "bool_parsing": "Use true ou false.",
    "dict_type": "Use um objeto.",
    "date_text": "Use uma data na forma 2026-11-26.",
    "model_attributes_type": "Use um objeto.",
    "list_type": "Use uma lista.",
    "extra_forbidden": "Campo desconhecido.",
    "json_invalid": "O corpo não é um JSON válido.",
    "greater_than_equal": "O mínimo é {ge}.",
    "less_than_equal": "O máximo é {le}.",
}
INVALID = "Valor inválido."
# Fields that are called otherwise on the command line.
FIELDS = {
    "cabecalho": "headers_customizados",
    "intervalo": "intervalo_consulta",
    "segredo": "secret_key",
    "servico": "tipo_documento",
}
log = get_logger(__name__)


class Malformed(Exception):
    """What was sent is wrong in itself: sentences by field."""

    def __init__(self, fields: Mapping[str, Sequence[str]]) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields


def register(app: FastAPI) -> None:
    """Let an application answer with the words of this file."""
    app.add_exception_handler(Malformed, _malformed)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _refused)
    for kind in (PlatformError, SQLAlchemyError):
        app.add_exception_handler(kind, _fault)


def answer(fault: Exception) -> JSONResponse:
    """Return the answer for a fault of ours."""
    status, said = judged(fault)
    if status == 503:
        log.error("request not served", fault=type(fault).__name__, reason=said)
    if isinstance(fault, RateLimited):
        return JSONResponse({"error": EXCEEDED, "detail": said}, status, _again(fault.retry_after or AGAIN_SECONDS))
    if status == 400:
        field = getattr(fault, "campo", None) or GENERAL
        return JSONResponse({FIELDS.get(field, field): [said]}, status)
    return JSONResponse({"detail": said}, status, _again(AGAIN_SECONDS) if status == 503 else None)


def judged(fault: Exception) -> tuple[int, str]:
    """Return the status of a fault of ours, and what is said of it."""
    status = next(code for kind, code in STATUSES if isinstance(fault, kind))
    return status, str(fault) if isinstance(fault, PlatformError) else NO_DATABASE


def plain(status: int, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Return an answer that says no more than its status."""
    return JSONResponse({"detail": PLAIN[status]}, status, dict(headers or {}))


def too_many() -> JSONResponse:
    """Return the answer for who asks too often; the headers say when again."""
    return JSONResponse({"error": EXCEEDED, "detail": TOO_MANY}, 429)


def internal(request_id: str) -> JSONResponse:
    """Return the answer for a defect of ours; the log has the rest."""
    return JSONResponse({"detail": INTERNAL, "request_id": request_id}, 500)


def _again(seconds: float) -> dict[str, str]:
    return {"retry-after": str(math.ceil(seconds))}


async def _fault(_: Request, fault: Exception) -> JSONResponse:
    return answer(fault)


async def _malformed(_: Request, fault: Any) -> JSONResponse:
    return JSONResponse(dict(fault.fields), 400)


async def _invalid(_: Request, fault: Any) -> JSONResponse:
    fields: defaultdict[str, list[str]] = defaultdict(list)
    for one in fault.errors():
        where, *path = one["loc"]
        if where == "path":
            return plain(404)
        said = WRONG.get(one["type"], INVALID).format_map(_Limits(one.get("ctx", {})))
        fields[_field(path)].append(said)
    return JSONResponse(fields, 400)


def _field(path: Sequence[Any]) -> str:
    named = [one for one in path if isinstance(one, str)]
    return str(named[0]) if named else GENERAL


async def _refused(_: Request, fault: Any) -> JSONResponse:
    # without words of its own a fault has those of HTTP
    own = fault.detail if fault.detail != HTTPStatus(fault.status_code).phrase else None
    said = own or PLAIN.get(fault.status_code, str(fault.detail))
    return JSONResponse({"detail": said}, fault.status_code, fault.headers)


class _Limits(dict[str, Any]):
    def __missing__(self, _: str) -> str:
        return "?"
