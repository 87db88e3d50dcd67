"""What the API's description says of every route: who may ask, and how a refusal looks (`errors` answers it)."""

from typing import Any

from fastapi import Security
from fastapi.security import APIKeyHeader
from pydantic import BaseModel, ConfigDict


class Recusa(BaseModel):
    """Why it was not done."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"detail": "Não encontrado."}]})

    detail: str


class Excesso(Recusa):
    """Too many requests."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"error": "Rate limit exceeded", "detail": "Espere."}]})

    error: str


class Falha(Recusa):
    """A defect, or a part of Esteira that does not answer."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"detail": "Erro interno.", "request_id": "5f1c…"}]})

    request_id: str | None = None


class Recusada(BaseModel):
    """Why it was not done, where the contract has a name of its own for that."""

    erro: str


class SemTermo(BaseModel):
    """That what to search for is missing."""

    error: str


class NaoRecebido(BaseModel):
    """That a webhook did not receive a trial, and what it answered; or what is wrong, field by field."""

    model_config = ConfigDict(extra="allow")

    status: str | list[str] = "error"
    mensagem: str | None = None
    status_code: int | None = None
    erro: str | None = None


TOKEN = APIKeyHeader(name="Authorization", scheme_name="Token", description="`Token <token>`", auto_error=False)
GUARDED = [Security(TOKEN)]
CAMPOS = {"campo": ["O que está errado nele."]}
REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {
        "model": dict[str, list[str]],
        "description": "O que foi enviado está errado: frases por campo.",
        "content": {"application/json": {"example": CAMPOS}},
    },
    401: {"model": Recusa, "description": "Falta um token que valha."},
    404: {"model": Recusa, "description": "Não há, ou não é de quem pede; ou não há essa página."},
    429: {"model": Excesso, "description": "Pedidos demais; `Retry-After` diz quanto esperar."},
    "4XX": {"model": Recusa, "description": "Não pode ser feito: método, tamanho, tipo ou estado."},
    "5XX": {"model": Falha, "description": "Um defeito, ou algo que não responde."},
}
