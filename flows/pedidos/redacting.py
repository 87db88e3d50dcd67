"""What may be kept of what was sent: secrets by their names are hidden, whatever is no JSON is left out.

docs/reference/contracts/integracoes.md §7.3.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from core.text import MASK

KEPT = 1000
# Of a longer body nothing is kept: cut it would not be JSON any more, and its secrets could not be told.
LONGEST = 64 * 1024
NAMES = ("senha", "password", "secret", "token", "authorization", "headers_customizados", "pfx", "chave_privada")


def body(sent: bytes, content_type: str) -> str:
    """Return what may be kept of a body; nothing of one that is no JSON."""
    if not sent or content_type.partition(";")[0].strip().lower() != "application/json" or len(sent) > LONGEST:
        return ""
    try:
        plain = json.dumps(hidden(json.loads(sent)), ensure_ascii=False)
    except (ValueError, RecursionError):
        return ""
    return clean(plain)[:KEPT]


def query(raw: bytes) -> str:
    """Return the parameters of an address as JSON, without secrets."""
    pairs = parse_qsl(raw.decode("latin-1"), keep_blank_values=True)
    found: dict[str, Any] = {}
    for name, value in pairs[:100]:
        found[name[:100]] = MASK if secret(name) else value[:KEPT]
    return clean(json.dumps(found, ensure_ascii=False))


def hidden(value: Any) -> Any:
    """Return a value of JSON with what has a secret's name hidden."""
    if isinstance(value, Mapping):
        return {name: MASK if secret(str(name)) else hidden(one) for name, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [hidden(one) for one in value]
    return value


def secret(name: str) -> bool:
    """Tell whether a field of this name holds a secret."""
    lowered = name.lower()
    return any(one in lowered for one in NAMES)


def clean(text: str) -> str:
    """Return a text that every database can hold."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode("utf-8")
