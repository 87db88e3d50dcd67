"""ntfy: one JSON publish per event, short enough to stay a message."""

import json
import re
from base64 import b64encode
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from yarl import URL

from core.errors import UsageError
from core.settings.deliveries import DeliverySettings
from core.text import cut_bytes
from events.catalog import CATALOG
from events.delivery.address import checked_url
from events.delivery.http.kind import HttpKind
from events.delivery.http.outcomes import BUSY, DEFAULT, FAILED, STRAINED, StatusTable, exactly, rows
from events.delivery.http.sender import Request
from events.delivery.kind import Bucket, Checked, Message, Said
from events.delivery.outcome import Outcome
from storage.models import Destino
from storage.models.eventos import Estado

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


REFUSED = Outcome("recusado", Estado.ESGOTADO, "respondeu HTTP {status}")
UNAUTHORISED = Outcome("recusado", Estado.RETIDO, "respondeu HTTP {status}: credencial recusada", switch_off=True)
STATUSES: StatusTable = (
    *rows(UNAUTHORISED, *exactly(401, 403)),
    *rows(BUSY, *exactly(429)),
    *rows(FAILED, *exactly(408, 425)),
    *rows(STRAINED, *exactly(507)),
    *rows(REFUSED, range(400, 500)),
    *DEFAULT,
)


class Ntfy(HttpKind):
    """A topic of an ntfy server; all topics of one server share its bucket."""

    tipo = "ntfy"
    statuses = STATUSES

    def build(self, destino: Destino, message: Message, now: datetime) -> Request:
        """Return the publish request of one attempt."""
        headers = {"Content-Type": "application/json", "User-Agent": USER_AGENT, "Accept-Encoding": "identity"}
        if destino.secret_key:
            headers["Authorization"] = authorization(destino.secret_key)
        return Request(destino.url, headers, publish(destino.topico or "", message))

    def checked(self, said: Said) -> Checked:
        """Return its columns: the root of a server, a topic, and a token or `usuario:senha` where there is one."""
        url = checked_url(said.url)
        if urlsplit(url).path not in ("", "/"):
            raise UsageError("A URL de um destino ntfy é a raiz do servidor; o tópico vai em --topico.")
        columns = {"url": url, "topico": _checked_topic(said.topico), "secret_key": _checked_secret(said.segredo)}
        return Checked(columns, aviso=self.warning(url))

    def rotated(self, destino: Destino, novo: str | None, now: datetime) -> Checked:
        """Return another token, or another `usuario:senha`: only the server's owner can make one."""
        if novo is None:
            raise UsageError("Diga o novo token (ou usuario:senha) do servidor ntfy, em --segredo.")
        return Checked({"secret_key": _checked_secret(novo)})

    def bucket(self, destino: Destino, settings: DeliverySettings) -> Bucket:
        """Return the server's bucket."""
        server = URL(destino.url).host or destino.url
        return Bucket(server, settings.ntfy_burst, settings.ntfy_refill_seconds)


def _checked_topic(topico: str | None) -> str:
    if topico is None or not TOPIC.fullmatch(topico) or topico in RESERVED_TOPICS:
        raise UsageError("Um destino ntfy precisa de --topico com letras, números, - ou _ (até 64).")
    return topico


def _checked_secret(segredo: str | None) -> str | None:
    if segredo is None:
        return None
    if not segredo.isprintable() or not segredo.isascii() or not segredo.strip():
        raise UsageError("O segredo de um destino ntfy é um token, ou usuario:senha.")
    return segredo.strip()


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


KIND = Ntfy()
