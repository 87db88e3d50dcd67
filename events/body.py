"""The body of an event: the bytes that are signed and sent on every attempt."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.errors import UsageError

LIMIT = 1024 * 1024
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def serialise(nome: str, message_id: str, occurred_at: datetime, dados: Mapping[str, Any]) -> bytes:
    """Return the bytes of an event (docs/reference/contracts/integracoes.md §3.2)."""
    if not isinstance(dados, Mapping):
        raise UsageError("Os dados de um evento devem ser um objeto JSON.")
    body = {"evento": nome, "timestamp": occurred_at.isoformat(), "dados": dict(dados), "id": message_id}
    try:
        text = _ENCODER.encode(body)
    except (TypeError, ValueError, RecursionError):
        raise UsageError(f"Os dados do evento {nome} não cabem em JSON.") from None
    raw = text.encode("utf-8", "replace")
    if len(raw) > LIMIT:
        raise UsageError(f"Os dados do evento {nome} passam de 1 MiB; envie um link ou um identificador.")
    return raw
