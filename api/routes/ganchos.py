"""Webhooks of Ploomes: the key is judged, what changed is noted, the answer goes out; a run reads it again.

docs/reference/contracts/sync.md §SY-75. Outside `/api`: Ploomes has a key of its own and shows no token.
"""

import json
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, BackgroundTasks, Header, Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from core import messages
from core.errors import Transient
from core.logs import get_logger
from core.settings.accounts import PADRAO
from flows.sync import hooks

LARGEST = 256 * 1024
NOT_JSON = "O corpo não é um objeto JSON válido."
router = APIRouter(prefix="/ganchos/ploomes", include_in_schema=False)
log = get_logger(__name__)
Key = Annotated[str | None, Header(alias="X-Ploomes-Validation-Key")]


@router.post("")
@router.post("/")
async def receber(request: Request, after: BackgroundTasks, key: Key = None) -> JSONResponse:
    """Take a webhook of the account `padrao`."""
    return await receber_de(PADRAO, request, after, key)


@router.post("/{conta}")
@router.post("/{conta}/")
async def receber_de(conta: str, request: Request, after: BackgroundTasks, key: Key = None) -> JSONResponse:
    """Take a webhook of an account: with the key in the header before its body is read, else with the one in it."""
    if key is not None and not hooks.opens(conta, key):
        raise HTTPException(401)
    said = _parsed(await _body(request))
    if key is None and not hooks.opens(conta, said.get(hooks.KEY_FIELD) if said is not None else None):
        raise HTTPException(401)
    if said is None:
        raise HTTPException(400, NOT_JSON)
    for fluxo in await anyio.to_thread.run_sync(hooks.note, conta, said):
        after.add_task(_ask_for, *fluxo)
    return JSONResponse({"status": "ok"})


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            raise HTTPException(413)
    return bytes(body)


def _parsed(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _ask_for(conta: str, fluxo: str) -> None:
    """Ask for a run now; without a broker the next one comes by itself."""
    try:
        messages.send(f"sync.{fluxo.replace('-', '_')}", [conta])
    except Transient as fault:
        log.info("run not asked for", conta=conta, fluxo=fluxo, reason=str(fault))
