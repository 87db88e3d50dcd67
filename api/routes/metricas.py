"""`GET /metricas`: the metrics for a monitor, without a login: they name no person, no address and no content."""

import anyio
import anyio.to_thread
from fastapi import APIRouter, Response
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
router = APIRouter()
log = get_logger(__name__)


@router.get("/metricas", response_class=Response)
async def ler() -> Response:
    """Answer with the metrics in Prometheus' text format 0.0.4; 503 and one sentence when they cannot be read."""
    try:
        text = await anyio.to_thread.run_sync(metricas.texto, limiter=ONE_AT_A_TIME)
    except (PlatformError, SQLAlchemyError) as fault:
        log.error("metrics not read", fault=type(fault).__name__)
        said = str(fault) if isinstance(fault, PlatformError) else UNREADABLE
        return Response(said + "\n", 503, media_type="text/plain")
    text += generate_latest(limit.REGISTRY)
    return Response(text, headers={"content-type": CONTENT_TYPE_PLAIN_0_0_4})
