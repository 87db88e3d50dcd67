"""A document that a consultation brought. docs/reference/contracts/integracoes.md §4.53."""

from typing import Any

from fastapi import Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from api.asking import Id, Quer
from api.routing import Rotas
from core.errors import Conflict, NotFound
from flows.sefaz import importacao

router = Rotas("/documento", "consultas")
FOREIGN = "Este documento não está em nenhuma consulta sua."


class Recusa(BaseModel):
    """Why not."""

    erro: str


class Importado(BaseModel):
    """That it is imported."""

    sucesso: bool
    mensagem: str


REFUSED: dict[str, Any] = {"description": FOREIGN, "model": Recusa}


@router.post("/{id}/importar/", response_model=Importado, responses={403: REFUSED})
def importar(id: Id, caller: Quer) -> Importado | Response:  # noqa: A002 - the contract's word
    """Importa agora um documento pendente; o já importado, ou cujo XML ainda não veio, responde 409."""
    try:
        tried = importacao.importar_documento(id, caller)
    except NotFound:
        return JSONResponse({"erro": FOREIGN}, 403)
    if not tried.importado:
        raise Conflict(f"O documento {id} continua pendente: {tried.motivo}.")
    return Importado(sucesso=True, mensagem=f"Documento {tried.chave_acesso or id} importado.")
