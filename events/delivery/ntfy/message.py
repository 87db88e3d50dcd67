"""The message of an ntfy publish: JSON in raw UTF-8, short enough to stay a message.

docs/reference/contracts/ntfy.md §3.
"""

import json
import re
from typing import Any

from core.text import cut_bytes
from events.catalog import CATALOG
from events.delivery import wording
from events.delivery.kind import Message

# At 4096 bytes of message the server makes an attachment, at 8192 bytes of JSON it refuses the request.
MESSAGE_BYTES = 4095
BODY_BYTES = 8191
TITLE_BYTES = 250
MOST_TAGS, TAG_LENGTH = 10, 64
SEQUENCE = re.compile(r"[-_A-Za-z0-9]{1,64}")
PRIORITIES = {"critico": 5, "aviso": 4}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def publish(topico: str, message: Message) -> bytes:
    """Return the JSON body, in raw UTF-8, within the server's limits."""
    dados = json.loads(message.corpo)["dados"]
    said = wording.text(message.evento, dados)
    body: dict[str, Any] = {
        "topic": topico,
        "title": cut_bytes(_clean(wording.title(message.evento, dados)), TITLE_BYTES),
        "message": cut_bytes(_clean(said) or wording.label(message.evento), MESSAGE_BYTES),
        "priority": _priority(dados),
        "tags": _tags(message.evento, dados),
    }
    sequence = dados.get("sequence_id")
    if isinstance(sequence, str) and SEQUENCE.fullmatch(sequence):
        body["sequence_id"] = sequence
    link = dados.get("link")
    if isinstance(link, str) and link.startswith(("https://", "http://")) and len(link) <= 1000 and link.isprintable():
        # A control character takes six bytes in JSON, and nothing but the message is cut.
        body["click"] = link
    while len(raw := json.dumps(body, ensure_ascii=False).encode()) > BODY_BYTES:
        # Quotes and line breaks take two bytes each in JSON: cut by what is over, at least by one.
        room = len(body["message"].encode()) - max(len(raw) - BODY_BYTES, 4)
        body["message"] = cut_bytes(body["message"].removesuffix("…"), room)
    return raw


def _tags(evento: str, dados: dict[str, Any]) -> list[str]:
    """Return the tags that the event brings, else those of its kind; a comma would make two of one."""
    given = dados.get("tags")
    if isinstance(given, list) and all(isinstance(tag, str) for tag in given):
        cleaned = (_clean(tag.replace(",", " "))[:TAG_LENGTH] for tag in given[:MOST_TAGS])
        return [tag for tag in cleaned if tag]
    return list(CATALOG[evento].etiquetas) if evento in CATALOG else []


def _priority(dados: dict[str, Any]) -> int:
    given = dados.get("prioridade")
    if isinstance(given, int) and not isinstance(given, bool) and 1 <= given <= 5:
        return given
    severity = dados.get("severidade")
    return PRIORITIES.get(severity, 3) if isinstance(severity, str) else 3


def _clean(text: str) -> str:
    return _CONTROL.sub(" ", text).strip()
