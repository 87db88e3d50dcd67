"""Sign in. docs/reference/contracts/integracoes.md §4.3."""

from typing import Annotated

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from api import limit
from api.errors import GENERAL, too_many
from api.gate import address
from api.routing import Rotas
from flows.usuarios import entering

router = Rotas("/auth", "entrada")
WRONG = "Usuário ou senha inválidos."
SAID: dict[int | str, dict[str, str]] = {429: {"description": "Tentativas demais."}}


class Entrada(BaseModel):
    """Who signs in."""

    username: Annotated[str, Field(max_length=150, examples=["ana"])]
    password: Annotated[str, Field(max_length=200, repr=False)]


class Token(BaseModel):
    """What to send from now on, as `Authorization: Token …`."""

    token: str


@router.post("/login/", responses=SAID, response_model=Token)
def entrar(request: Request, entrada: Entrada) -> Token | Response:
    """Troca nome e senha por um token, que vale 30 dias."""
    verdict = limit.of_login(entrada.username, address(request.scope))
    if not verdict.passes:
        request.state.limite = verdict.headers()
        return too_many()
    token = entering.enter(entrada.username, entrada.password)
    return JSONResponse({GENERAL: [WRONG]}, 400) if token is None else Token(token=token)
