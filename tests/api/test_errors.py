"""What goes wrong, as an answer: its status, in which field it is said, when to come again, and no word too many."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api import errors
from core.errors import (
    Bug,
    Conflict,
    Misconfigured,
    NotFound,
    PlatformError,
    RateLimited,
    Refusal,
    Rejected,
    Transient,
    UsageError,
)

ASKED = Request({"type": "http", "method": "GET", "path": "/api/nfe/", "headers": []})


def said(answer: Response) -> tuple[int, Any]:
    return answer.status_code, json.loads(bytes(answer.body))


def answered(fault: Exception) -> Response:
    """Return what an application answers that has the words of ours."""
    app = FastAPI()
    errors.register(app)
    handlers: Mapping[Any, Any] = app.exception_handlers
    handler = next(handlers[kind] for kind in type(fault).__mro__ if kind in handlers)
    found: Response = asyncio.run(handler(ASKED, fault))
    return found


@pytest.mark.parametrize(
    ("fault", "status", "body"),
    [
        (NotFound("Não há."), 404, {"detail": "Não há."}),
        (Conflict("Já foi."), 409, {"detail": "Já foi."}),
        (UsageError("Errado."), 400, {"non_field_errors": ["Errado."]}),
        (Refusal("Não pode."), 400, {"non_field_errors": ["Não pode."]}),
        (UsageError("Errado.", campo="nome"), 400, {"nome": ["Errado."]}),
        (UsageError("Errado.", campo="cabecalho"), 400, {"headers_customizados": ["Errado."]}),
        (UsageError("Errado.", campo="segredo"), 400, {"secret_key": ["Errado."]}),
        (UsageError("Errado.", campo=""), 400, {"non_field_errors": ["Errado."]}),
        (NotFound("Não há.", campo="conta"), 404, {"detail": "Não há."}),
        (RateLimited("Devagar."), 429, {"error": "Rate limit exceeded", "detail": "Devagar."}),
        (Transient("Caiu."), 503, {"detail": "Caiu."}),
        (Rejected("A SEFAZ recusou."), 503, {"detail": "A SEFAZ recusou."}),
        (Misconfigured("Falta a chave."), 503, {"detail": "Falta a chave."}),
        (Bug("Nosso."), 503, {"detail": "Nosso."}),
    ],
)
def test_a_fault_of_ours_has_its_status_and_says_it_where_it_belongs(
    fault: PlatformError, status: int, body: dict[str, Any]
) -> None:
    assert said(answered(fault)) == (status, body)
    assert errors.judged(fault) == (status, str(fault))


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        (RateLimited("x", 7), "7"),
        (RateLimited("x", 0.2), "1"),
        (RateLimited("x", 2.0001), "3"),
        (RateLimited("x", 0), "5"),
        (RateLimited("x"), "5"),
        (Transient("x"), "5"),
        (Misconfigured("x"), "5"),
        (NotFound("x"), None),
        (Conflict("x"), None),
        (UsageError("x"), None),
    ],
)
def test_who_may_come_again_is_told_after_how_many_whole_seconds(fault: PlatformError, seconds: str | None) -> None:
    assert answered(fault).headers.get("retry-after") == seconds


@pytest.mark.parametrize(
    "fault", [SQLAlchemyError("senha-9317"), OperationalError("SELECT senha-9317", {}, Exception("senha-9317"))]
)
def test_of_a_fault_of_the_database_nothing_is_told_but_what_to_do(fault: SQLAlchemyError) -> None:
    answer = answered(fault)
    assert said(answer) == (503, {"detail": errors.NO_DATABASE})
    assert answer.headers["retry-after"] == "5"


def wrong(*found: Mapping[str, Any]) -> tuple[int, Any]:
    return said(answered(RequestValidationError(list(found))))


@pytest.mark.parametrize(
    ("where", "field"),
    [
        (("body", "nome"), "nome"),
        (("query", "page"), "page"),
        (("body",), "non_field_errors"),
        (("body", 3), "non_field_errors"),
        (("body", "eventos", 0), "eventos"),
        (("body", 0, "ids"), "ids"),
    ],
)
def test_a_wrong_value_is_told_at_its_field(where: tuple[Any, ...], field: str) -> None:
    assert wrong({"loc": where, "type": "missing"}) == (400, {field: ["Este campo é obrigatório."]})


@pytest.mark.parametrize(
    ("kind", "limits", "words"),
    [
        ("greater_than_equal", {"ge": 1}, "O mínimo é 1."),
        ("less_than_equal", {"le": 100}, "O máximo é 100."),
        ("less_than_equal", {}, "O máximo é ?."),
        ("string_too_long", {"max_length": 3}, "O texto passa de 3 caracteres."),
        ("extra_forbidden", {}, "Campo desconhecido."),
        ("a_new_one_of_pydantic", {"x": 1}, "Valor inválido."),
    ],
)
def test_what_pydantic_says_is_said_in_our_words_with_its_limits(kind: str, limits: Any, words: str) -> None:
    assert wrong({"loc": ("query", "n"), "type": kind, "ctx": limits}) == (400, {"n": [words]})


def test_everything_that_is_wrong_is_told_at_once() -> None:
    missing, unknown = {"type": "missing"}, {"type": "extra_forbidden"}
    told = wrong(
        {"loc": ("body", "a"), **missing}, {"loc": ("body", "b"), **unknown}, {"loc": ("body", "a"), **unknown}
    )
    assert told == (400, {"a": ["Este campo é obrigatório.", "Campo desconhecido."], "b": ["Campo desconhecido."]})


def test_a_path_that_names_no_row_is_not_there_whatever_else_is_wrong() -> None:
    told = wrong({"loc": ("body", "a"), "type": "missing"}, {"loc": ("path", "id"), "type": "int_parsing"})
    assert told == (404, {"detail": "Não encontrado."})


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        (HTTPException(404), 404, "Não encontrado."),
        (HTTPException(404, "Não há esta nota."), 404, "Não há esta nota."),
        (HTTPException(401), 401, "Token ausente ou inválido."),
        (HTTPException(405), 405, "Este caminho não aceita este método."),
        (HTTPException(413), 413, "O corpo do pedido é grande demais."),
        # one for which there are no words of ours
        (HTTPException(406), 406, "Not Acceptable"),
    ],
)
def test_a_status_without_words_of_its_own_has_ours(fault: HTTPException, status: int, words: str) -> None:
    assert said(answered(fault)) == (status, {"detail": words})


def test_what_a_refusal_tells_by_headers_is_kept() -> None:
    assert answered(HTTPException(405, headers={"allow": "GET"})).headers["allow"] == "GET"
    assert errors.plain(401, {"www-authenticate": "Token"}).headers["www-authenticate"] == "Token"


def test_what_is_malformed_is_told_field_by_field() -> None:
    fault = errors.Malformed({"a": ["Uma.", "Outra."], "b": ["Mais uma."]})
    assert said(answered(fault)) == (400, {"a": ["Uma.", "Outra."], "b": ["Mais uma."]})
    assert str(fault) == "a, b"


def test_what_says_no_more_than_its_status() -> None:
    assert said(errors.plain(404)) == (404, {"detail": "Não encontrado."})
    assert said(errors.too_many()) == (429, {"error": errors.EXCEEDED, "detail": errors.TOO_MANY})
    assert said(errors.internal("7f")) == (500, {"detail": errors.INTERNAL, "request_id": "7f"})
