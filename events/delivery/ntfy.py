"""ntfy: one JSON publish per event, short enough to stay a message."""

import json
import re
from base64 import b64encode
from datetime import datetime
from typing import Any

from core.text import cut_bytes
from events.catalog import CATALOG
from events.delivery.channel import Channel, Message
from events.delivery.outcome import NTFY
from events.delivery.sender import Request
from storage.models import Destino

USER_AGENT = "Esteira/1"
# The server makes an attachment of a message over 4096 bytes, and refuses a JSON body over twice that.
MESSAGE_BYTES = 4095
BODY_BYTES = 2 * 4096
TITLE_BYTES = 250
PRIORITIES = {"critico": 5, "aviso": 4}
TOPIC = re.compile(r"[-_A-Za-z0-9]{1,64}")
RESERVED_TOPICS = frozenset(
    ["docs", "static", "file", "app", "metrics", "account", "settings", "signup", "login", "v1"]
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def build(destino: Destino, message: Message, now: datetime) -> Request:
    """Return the publish request of one attempt."""
    headers = {"Content-Type": "application/json", "User-Agent": USER_AGENT, "Accept-Encoding": "identity"}
    if destino.secret_key:
        headers["Authorization"] = authorization(destino.secret_key)
    return Request(destino.url, headers, publish(destino.topico or "", message))


def authorization(secret: str) -> str:
    """Return Basic for `usuario:senha`, else Bearer."""
    if ":" in secret:
        return "Basic " + b64encode(secret.encode()).decode()
    return f"Bearer {secret}"


def publish(topico: str, message: Message) -> bytes:
    """Return the JSON body, in raw UTF-8, within the server's limits."""
    dados = json.loads(message.corpo)["dados"]
    body: dict[str, Any] = {
        "topic": topico,
        "title": cut_bytes(_clean(_title(message.evento, dados)), TITLE_BYTES),
        "message": cut_bytes(_clean(_text(dados)) or CATALOG[message.evento].rotulo, MESSAGE_BYTES),
        "priority": _priority(dados),
        "tags": list(CATALOG[message.evento].etiquetas),
    }
    link = dados.get("link")
    if isinstance(link, str) and link.startswith(("https://", "http://")) and len(link) <= 1000:
        body["click"] = link
    while len(raw := json.dumps(body, ensure_ascii=False).encode()) > BODY_BYTES:
        # Quotes and line breaks take two bytes each in JSON: cut by what is over, at least by one.
        room = len(body["message"].encode()) - max(len(raw) - BODY_BYTES, 4)
        body["message"] = cut_bytes(body["message"].removesuffix("…"), room)
    return raw


def _title(evento: str, dados: dict[str, Any]) -> str:
    given = dados.get("titulo")
    if isinstance(given, str) and given.strip():
        return given
    objeto = dados.get("objeto") or dados.get("nome")
    return f"{CATALOG[evento].rotulo}: {objeto}" if isinstance(objeto, str) and objeto else CATALOG[evento].rotulo


def _text(dados: dict[str, Any]) -> str:
    given = dados.get("mensagem")
    if isinstance(given, str) and given.strip():
        return given
    return "\n".join(f"{key}: {_value(value)}" for key, value in dados.items())


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _priority(dados: dict[str, Any]) -> int:
    given = dados.get("prioridade")
    if isinstance(given, int) and not isinstance(given, bool) and 1 <= given <= 5:
        return given
    severity = dados.get("severidade")
    return PRIORITIES.get(severity, 3) if isinstance(severity, str) else 3


def _clean(text: str) -> str:
    return _CONTROL.sub(" ", text).strip()


CHANNEL = Channel("ntfy", build, NTFY, metered=True)
