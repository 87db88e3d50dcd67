"""Liveness and readiness, for what keeps the process running: no login, no limit."""

import anyio
import anyio.to_thread
from fastapi import APIRouter
from fastapi.responses import JSONResponse

from flows.diagnostico import ready

router = APIRouter(tags=["saúde"])
AWAY = {"description": "O nome do que não responde.", "model": dict[str, str]}
# One question to each at a time: where one hangs, whoever asks next waits for it, and no longer than this.
PATIENCE_SECONDS = 5.0
TURNS = {name: anyio.CapacityLimiter(1) for name in ready.CHECKS}


@router.get("/saude/")
async def saude() -> dict[str, str]:
    """Diz que este processo responde; não pergunta nada ao banco nem ao Redis."""
    return {"status": "ok"}


@router.get("/prontidao/", response_model=dict[str, str], responses={503: AWAY})
async def prontidao() -> JSONResponse:
    """Diz se o banco de dados e o broker respondem; 503 com o nome do que falta."""
    found = dict.fromkeys(ready.CHECKS, False)
    async with anyio.create_task_group() as group:
        for name in found:
            group.start_soon(_ask, name, found)
    good = all(found.values())
    said = {"status": "ok" if good else "indisponível"} | {name: "ok" if ok else "fora" for name, ok in found.items()}
    return JSONResponse(said, 200 if good else 503)


async def _ask(name: str, found: dict[str, bool]) -> None:
    """Note whether one of them answers; one that does not in time is left to its thread."""
    with anyio.move_on_after(PATIENCE_SECONDS):
        found[name] = await anyio.to_thread.run_sync(ready.CHECKS[name], limiter=TURNS[name], abandon_on_cancel=True)
