"""A webhook receiver that believes nothing: each request is verified, kept, counted, and answered as programmed."""

import base64
import hashlib
import secrets as random
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web
from multidict import CIMultiDict

from core.clock import SYSTEM, Clock
from sandbox.server import SandboxServer
from sandbox.webhook_check import PREFIX, Arrival, Endpoint, refusal

KEPT = 20_000
SHOWN = 20
VERIFIED = "ok"


@dataclass(frozen=True)
class Received:
    """One request as it came, with the verdict: `ok` or the reason why it was not believed."""

    path: str
    headers: CIMultiDict[str]
    body: bytes
    webhook_id: str
    received_at: datetime
    evento: str
    verdict: str

    @property
    def verified(self) -> bool:
        return self.verdict == VERIFIED


class ReceiverServer(SandboxServer):
    """Receives webhooks on the given paths: `{path: secret}`, several live secrets in a list, None for unsigned.

    Faults: key = the path, or none for all. They come after the verification, so a request met by a fault
    was received and is kept; one that is not verified gets 401 and uses no fault.
    """

    max_body = 16 * 1024 * 1024

    def __init__(self, paths: Mapping[str, str | Iterable[str] | None], clock: Clock = SYSTEM) -> None:
        super().__init__(clock)
        self.requests: deque[Received] = deque(maxlen=KEPT)
        self.unverified = 0
        self._arrivals: Counter[tuple[str, str]] = Counter()
        self._digests: dict[tuple[str, str], bytes] = {}
        self._endpoints: dict[str, Endpoint] = {}
        for path, secret in paths.items():
            self.expect(path, secret)

    def expect(self, path: str, secret: str | Iterable[str] | None, headers: Mapping[str, str] | None = None) -> None:
        """Set a path's live secrets and the customer's own headers that must come along.

        Raises:
            ValueError: a `whsec_` secret that is not base64 of 24 to 64 bytes.
        """
        live = () if secret is None else (secret,) if isinstance(secret, str) else tuple(secret)
        self._endpoints[path] = Endpoint(live, headers or {})

    def count(self, webhook_id: str, path: str | None = None) -> int:
        """Return how often a verified request with this id arrived, at one path or in all."""
        return sum(
            n for (place, name), n in list(self._arrivals.items()) if name == webhook_id and path in (None, place)
        )

    def arrivals(self, path: str) -> dict[str, int]:
        """Return how often each webhook-id arrived at one path, verified."""
        return {name: n for (place, name), n in list(self._arrivals.items()) if place == path}

    @property
    def ids(self) -> set[str]:
        """The webhook-ids verified so far."""
        return {name for _, name in list(self._arrivals)}

    @property
    def repeats(self) -> dict[str, int]:
        """The webhook-ids that one path got more than once, and how often each."""
        return {name: n for (_, name), n in list(self._arrivals.items()) if n > 1}

    def estado(self) -> dict[str, Any]:
        """Return counters and the newest requests."""
        newest = list(self.requests)[-SHOWN:]
        return {
            "verificados": sum(self._arrivals.values()),
            "distintos": len(self._arrivals),
            "repetidos": sum(self._arrivals.values()) - len(self._arrivals),
            "recusados": self.unverified,
            "recebidos": [self._shown(one) for one in newest],
        }

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Any path; the ones not expected are 404."""
        yield web.route("*", "/{tail:.*}", self._receive)

    async def _receive(self, request: web.Request) -> web.StreamResponse:
        endpoint = self._endpoints.get(request.path)
        if endpoint is None:
            return web.json_response({"error": "endereço desconhecido"}, status=404)
        if request.method != "POST" or request.query_string:
            return web.json_response({"error": "apenas POST, sem parâmetros"}, status=405)
        received = self._keep(
            request.path, Arrival(endpoint, request.headers.copy(), await request.read(), self.clock.now())
        )
        if not received.verified:
            return web.json_response({"error": received.verdict}, status=401)

        async def healthy() -> web.StreamResponse:
            return web.json_response({"status": "ok", "evento": received.evento})

        return await self.faults.answer(request, healthy, request.path)

    def _keep(self, path: str, arrival: Arrival) -> Received:
        webhook_id, evento = arrival.header("webhook-id"), arrival.parsed.get("evento")
        reason = refusal(arrival) or self._changed_since(path, webhook_id, arrival.body)
        if reason is None:
            self._arrivals[path, webhook_id] += 1
        else:
            self.unverified += 1
        shown = evento if isinstance(evento, str) else ""
        received = Received(path, arrival.headers, arrival.body, webhook_id, arrival.now, shown, reason or VERIFIED)
        self.requests.append(received)
        self.changed()
        return received

    def _changed_since(self, path: str, webhook_id: str, body: bytes) -> str | None:
        digest = hashlib.sha256(body).digest()
        first = self._digests.setdefault((path, webhook_id), digest)
        return None if first == digest else "o corpo mudou entre duas tentativas com o mesmo webhook-id"

    def _shown(self, one: Received) -> dict[str, Any]:
        return {
            "caminho": one.path,
            "evento": one.evento,
            "webhook_id": one.webhook_id,
            "tentativa": one.headers.get("x-webhook-attempt", ""),
            "recebido_em": one.received_at.isoformat(),
            "veredito": one.verdict,
            "vezes": self._arrivals[one.path, one.webhook_id],
        }


def new_secret() -> str:
    """Return a fresh `whsec_` secret of 32 random bytes."""
    return PREFIX + base64.b64encode(random.token_bytes(32)).decode()
