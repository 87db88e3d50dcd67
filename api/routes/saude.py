"""Liveness and readiness, for what keeps the process running: no login, no limit."""

import anyio
import anyio.to_thread
from fastapi import APIRouter
from fastapi.responses import JSONResponse

from flows.diagnostico import ready

router = APIRouter(tags=["saúde"])
AWAY = {"description": "O nome do que não responde.", "model": dict[str, str]}
ONE_AT_A_TIME = anyio.CapacityLimiter(1)


@router.get("/saude/")
def saude() -> dict[str, str]:
    """Diz que este processo responde; não pergunta nada ao banco nem ao Redis."""
    return {"status": "ok"}


@router.get("/prontidao/", response_model=dict[str, str], responses={503: AWAY})
async def prontidao() -> JSONResponse:
    """Diz se o banco de dados e o broker respondem; 503 com o nome do que falta."""
    found = await anyio.to_thread.run_sync(ready.look, limiter=ONE_AT_A_TIME)
    good = all(found.values())
    said = {"status": "ok" if good else "indisponível"} | {name: "ok" if ok else "fora" for name, ok in found.items()}
    return JSONResponse(said, 200 if good else 503)
