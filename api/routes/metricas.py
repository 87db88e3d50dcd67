"""`GET /metrics`, also `/metricas`: the metrics for a monitor. They name no person, no address and no content."""

from typing import Any

import anyio
import anyio.to_thread
from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import Scope

from api import errors, measuring, monitors
from api.gate import CHALLENGE
from core.errors import PlatformError
from core.logs import get_logger
from flows import metricas

UNREADABLE = "O banco de dados não respondeu como devia: rode `esteira diagnostico`."
# Whoever asks often waits for one reading at a time, and takes neither threads nor connections from the others.
ONE_AT_A_TIME = anyio.CapacityLimiter(1)
AWAY: dict[str, Any] = {"description": "Não pôde ser lido.", "content": {"text/plain": {"schema": {"type": "string"}}}}
NOT_YOU: dict[str, Any] = {"description": "Nem uma rede de `api.metrics_networks`, nem um token de alguém da equipe."}
kept = metricas.Kept()
router = APIRouter()
log = get_logger(__name__)


# the name that a monitor asks for unless it is told another
@router.get("/metrics", include_in_schema=False)
@router.get("/metricas", response_class=PlainTextResponse, responses={401: NOT_YOU, 503: AWAY})
async def ler(request: Request) -> Response:
    """Devolve as métricas no formato de texto 0.0.4 do Prometheus."""
    try:
        text = await anyio.to_thread.run_sync(_read, request.scope, limiter=ONE_AT_A_TIME)
    except (PlatformError, SQLAlchemyError) as fault:
        log.error("metrics not read", fault=type(fault).__name__)
        said = str(fault) if isinstance(fault, PlatformError) else UNREADABLE
        return Response(said + "\n", 503, media_type="text/plain")
    if text is None:
        return errors.plain(401, CHALLENGE)
    return Response(text + generate_latest(measuring.REGISTRY), headers={"content-type": CONTENT_TYPE_PLAIN_0_0_4})


def _read(scope: Scope) -> bytes | None:
    return kept.texto() if monitors.may_read(scope) else None
