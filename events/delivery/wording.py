"""What people read of an event where a kind writes for people: a title, and a text that is never empty.

docs/reference/contracts/ntfy.md §3.
"""

import json
from collections.abc import Mapping
from typing import Any

from events.catalog import CATALOG


def label(evento: str) -> str:
    """Return an event's label; one that an earlier version recorded may be known to the catalogue no more."""
    return CATALOG[evento].rotulo if evento in CATALOG else evento


def title(evento: str, dados: Mapping[str, Any]) -> str:
    """Return the title that the event brings, else its label with what it is about."""
    given = dados.get("titulo")
    if isinstance(given, str) and given.strip():
        return given
    objeto = dados.get("objeto") or dados.get("nome")
    return f"{label(evento)}: {objeto}" if isinstance(objeto, str) and objeto else label(evento)


def text(evento: str, dados: Mapping[str, Any]) -> str:
    """Return the message that the event brings, else its fields, else its label."""
    given = dados.get("mensagem")
    if isinstance(given, str) and given.strip():
        return given
    return "\n".join(f"{key}: {_value(value)}" for key, value in dados.items()) or label(evento)


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
