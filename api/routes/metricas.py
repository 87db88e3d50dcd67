"""`GET /metricas`: the metrics for a monitor, without a login: they name no person, no address and no content."""

from typing import Any

import anyio
import anyio.to_thread
from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from sqlalchemy.exc import SQLAlchemyError

from api import limit
from core.errors import PlatformError
from core.logs import get_logger
from flows import metricas

UNREADABLE = "O banco de dados não respondeu como devia: rode `esteira diagnostico`."
# Whoever asks often waits for one reading at a time, and takes neither threads nor connections from the others.
ONE_AT_A_TIME = anyio.CapacityLimiter(1)
AWAY: dict[str, Any] = {"description": "Não pôde ser lido.", "content": {"text/plain": {"schema": {"type": "string"}}}}
router = APIRouter()
log = get_logger(__name__)


@router.get("/metricas", response_class=PlainTextResponse, responses={503: AWAY})
async def ler() -> Response:
    """Devolve as métricas no formato de texto 0.0.4 do Prometheus."""
    try:
        text = await anyio.to_thread.run_sync(metricas.texto, limiter=ONE_AT_A_TIME)
    except (PlatformError, SQLAlchemyError) as fault:
        log.error("metrics not read", fault=type(fault).__name__)
        said = str(fault) if isinstance(fault, PlatformError) else UNREADABLE
        return Response(said + "\n", 503, media_type="text/plain")
    text += generate_latest(limit.REGISTRY)
    return Response(text, headers={"content-type": CONTENT_TYPE_PLAIN_0_0_4})
