"""The description of the API: each operation with what it does, who may ask, what comes back, also when it goes wrong,
and an example of each. docs/reference/contracts/integracoes.md §4.5.

A route says what only it knows; everything else follows from its path, its parameters and its body.
"""

import re
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

from api import errors, examples
from api.gate import guarded
from api.routing import BASE, below

SCHEME = "token"
SCHEMES = {
    SCHEME: {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "`Token` e, depois de um espaço, o token: `Authorization: Token 0a1b…`.",
    }
}
ABOUT = (
    "Documentos fiscais, webhooks e o que mais um usuário vê e faz na Esteira. Valores vêm como texto, instantes com a "
    "diferença para UTC, listas em páginas."
)
TEXT = {"type": "string"}
SCHEMAS: dict[str, Any] = {
    "Erro": {"type": "object", "required": ["detail"], "properties": {"detail": TEXT}},
    "ErroInterno": {
        "type": "object",
        "required": ["detail", "request_id"],
        "properties": {"detail": TEXT, "request_id": TEXT},
    },
    "Campos": {
        "type": "object",
        "description": "As frases sobre cada campo; `non_field_errors` são sobre o todo.",
        "additionalProperties": {"type": "array", "items": TEXT},
    },
    "Limite": {"type": "object", "required": ["error", "detail"], "properties": {"error": TEXT, "detail": TEXT}},
}
FIELD = {"campo": [errors.WRONG["missing"]]}
# What goes wrong, by status: what it means, its schema, an example.
WRONG: dict[int, tuple[str, str, Any]] = {
    400: ("Algo do que foi enviado está errado; diz o campo.", "Campos", FIELD),
    401: ("Sem um token que valha.", "Erro", {"detail": errors.PLAIN[401]}),
    404: ("Não existe, ou não é de quem pede.", "Erro", {"detail": errors.PLAIN[404]}),
    409: ("Não é possível no estado atual.", "Erro", {"detail": "Não é possível no estado atual."}),
    413: ("O corpo é grande demais.", "Erro", {"detail": errors.PLAIN[413]}),
    415: ("O corpo é de outro tipo.", "Erro", {"detail": errors.PLAIN[415]}),
    429: ("Pedidos demais.", "Limite", {"error": errors.EXCEEDED, "detail": errors.TOO_MANY}),
    500: ("Defeito da Esteira.", "ErroInterno", {"detail": errors.INTERNAL, "request_id": "0a1b2c3d"}),
    503: ("O banco ou o broker não responde.", "Erro", {"detail": errors.NO_DATABASE}),
}
# FastAPI's own answer to what is wrong, which is never given.
NEVER, ITS_OWN = "422", ("HTTPValidationError", "ValidationError")
BINARY = {"application/zip"}
TEXTS = {
    "application/xml": '<nfeProc xmlns="http://www.portalfiscal.inf.br/nfe" versao="4.00">…</nfeProc>',
    "text/csv": "Número;Série;Emissão;CNPJ do emitente;Emitente;…\r\n",
    "text/plain": "# TYPE esteira_entregas gauge\n…",
}


class Descrita(FastAPI):
    """An application that describes itself whole."""

    def openapi(self) -> dict[str, Any]:
        """Return the description, made once."""
        if not self.openapi_schema:
            described = super().openapi()
            _describe(described)
            self.openapi_schema = described
        return self.openapi_schema


def _describe(described: dict[str, Any]) -> None:
    described["info"]["description"] = ABOUT
    kept = described.setdefault("components", {}).setdefault("schemas", {})
    for name in ITS_OWN:
        kept.pop(name, None)
    kept.update(SCHEMAS)
    described["components"]["securitySchemes"] = SCHEMES
    for path, ways in described["paths"].items():
        for method, one in ways.items():
            one["summary"] = _summary(one["description"])
            one["security"] = [{SCHEME: []}] if guarded(path) else []
            _answers(path, method, one)
            for media, content in _contents(one):
                _example(media, content, kept)


def _summary(description: str) -> str:
    """Return what an operation does, without the circumstances."""
    return re.split(r"[,;:.(]", description, maxsplit=1)[0].strip()


def _answers(path: str, method: str, one: dict[str, Any]) -> None:
    answers = one["responses"]
    answers.pop(NEVER, None)
    for wrong in {*_expected(path, method, one), *(int(status) for status in answers)} & set(WRONG):
        said, schema, example = WRONG[wrong]
        given = answers.setdefault(str(wrong), {"description": said})
        content = {"schema": {"$ref": examples.PATH + schema}, "example": example}
        given.setdefault("content", {"application/json": content})
    for status in ("401", "429", "503"):
        if status in answers:
            name = "WWW-Authenticate" if status == "401" else "Retry-After"
            answers[status]["headers"] = {name: {"schema": TEXT}}
    one["responses"] = dict(sorted(answers.items()))
    for given in answers.values():
        if given["description"] == "Successful Response":
            given["description"] = "Feito."


def _expected(path: str, method: str, one: dict[str, Any]) -> Iterator[int]:
    asked = {said["name"] for said in one.get("parameters", ())}
    if asked or "requestBody" in one:
        yield 400
    if guarded(path):
        yield 401
    if "{" in path or "page" in asked:
        yield 404
    if method != "get" and guarded(path):
        yield 409
    if "requestBody" in one:
        yield from (413, 415)
    if below(path, BASE):
        yield from (429, 500, 503)


def _contents(one: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for holder in (one.get("requestBody", {}), *one["responses"].values()):
        for media, content in holder.get("content", {}).items():
            if media in BINARY:
                content["schema"] = TEXT | {"format": "binary"}
            yield media, content


def _example(media: str, content: dict[str, Any], kept: dict[str, Any]) -> None:
    if "example" not in content:
        content["example"] = TEXTS.get(media) or examples.of(content["schema"], kept)
