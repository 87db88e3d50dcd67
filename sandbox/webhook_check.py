"""What a strict receiver demands of a webhook request; written from the wire's description, not from the sender's code.

Every rule answers None when it is content, else the reason for the refusal, in Portuguese.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from multidict import CIMultiDict

PREFIX, PUBLIC_PREFIX = "whsec_", "whpk_"
TOLERANCE_SECONDS = 300
USER_AGENT = "FiscalWebhook/1.0"
BODY_KEYS = {"evento", "timestamp", "dados", "id"}

_STANDARD = ("webhook-id", "webhook-timestamp", "webhook-signature")
_OLD_SIGNATURE = "x-webhook-signature"
_ONCE = (*_STANDARD, _OLD_SIGNATURE, "x-webhook-event", "x-webhook-attempt", "content-type", "user-agent", "host")
_KNOWN = frozenset(_ONCE) | {"content-length", "accept", "accept-encoding", "connection"}

_ID = re.compile(r"[A-Za-z0-9_-]{1,200}")
_V1 = re.compile(r"v1,[A-Za-z0-9+/]{43}=")
_V1A = re.compile(r"v1a,[A-Za-z0-9+/]{86}==")
_ENTRY = re.compile(r"v1a?,[A-Za-z0-9+/]+={0,2}")


@dataclass(frozen=True)
class Endpoint:
    """What one path expects: its live secrets and public keys (none: unsigned requests), and the customer's headers."""

    secrets: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for secret in self.shared:
            key_of(secret)

    @property
    def shared(self) -> list[str]:
        """The secrets that the sender has too."""
        return [secret for secret in self.secrets if not secret.startswith(PUBLIC_PREFIX)]

    @property
    def public(self) -> list[Ed25519PublicKey]:
        """The public halves of keys that only the sender has."""
        texts = [secret.removeprefix(PUBLIC_PREFIX) for secret in self.secrets if secret.startswith(PUBLIC_PREFIX)]
        return [Ed25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True)) for text in texts]


@dataclass(frozen=True)
class Arrival:
    """A request as it came."""

    endpoint: Endpoint
    headers: CIMultiDict[str]
    body: bytes
    now: datetime

    def header(self, name: str) -> str:
        """Return a header's value, empty when absent."""
        return self.headers.get(name, "")

    @cached_property
    def parsed(self) -> dict[str, Any]:
        """The body's object; empty when it is none."""
        try:
            value = json.loads(self.body.decode("utf-8"), object_pairs_hook=_no_repeats, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            return {}
        return value if isinstance(value, dict) else {}


def key_of(secret: str) -> bytes:
    """Return a secret's key: the decoded bytes after `whsec_` (24 to 64), else the text itself in UTF-8."""
    if not secret.startswith(PREFIX):
        return secret.encode()
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except ValueError:
        key = b""
    if not 24 <= len(key) <= 64:
        raise ValueError("um segredo whsec_ é o base64 de 24 a 64 bytes")
    return key


def refusal(arrival: Arrival) -> str | None:
    """Return the first reason to refuse the request, None when it is as it must be."""
    return next((reason for rule in _RULES if (reason := rule(arrival))), None)


def _headers_known(arrival: Arrival) -> str | None:
    # the keys of a multidict come once each; only its items tell of repeats
    names = [item[0].lower() for item in arrival.headers.items()]
    unknown = set(names) - _KNOWN - {name.lower() for name in arrival.endpoint.headers}
    repeated = [name for name in _ONCE if names.count(name) > 1]
    if unknown:
        return f"cabeçalho desconhecido: {sorted(unknown)}"
    return f"cabeçalho repetido: {repeated}" if repeated else None


def _own_headers(arrival: Arrival) -> str | None:
    wrong = [name for name, value in arrival.endpoint.headers.items() if arrival.headers.getall(name, []) != [value]]
    return f"cabeçalho do cliente ausente ou errado: {wrong}" if wrong else None


def _fixed_headers(arrival: Arrival) -> str | None:
    if arrival.header("content-type") != "application/json":
        return "Content-Type não é application/json"
    if arrival.header("user-agent") != USER_AGENT:
        return f"User-Agent não é {USER_AGENT}"
    return None if arrival.header("accept-encoding") in ("", "identity") else "pede resposta comprimida"


def _identifier(arrival: Arrival) -> str | None:
    return None if _ID.fullmatch(arrival.header("webhook-id")) else "webhook-id ausente ou malformado"


def _timestamp(arrival: Arrival) -> str | None:
    text = arrival.header("webhook-timestamp")
    if not re.fullmatch(r"[0-9]{1,12}", text):
        return "webhook-timestamp ausente ou malformado"
    distance = abs(arrival.now.timestamp() - int(text))
    return "webhook-timestamp fora dos 5 minutos" if distance > TOLERANCE_SECONDS else None


def _signature(arrival: Arrival) -> str | None:
    present, endpoint = "webhook-signature" in arrival.headers, arrival.endpoint
    if not endpoint.secrets:
        return "assinatura sem segredo combinado" if present else None
    entries = arrival.header("webhook-signature").split(" ")
    if not all(_ENTRY.fullmatch(entry) for entry in entries):
        return "webhook-signature ausente ou malformado"
    signed = b".".join(
        (arrival.header("webhook-id").encode(), arrival.header("webhook-timestamp").encode(), arrival.body)
    )
    expected = [base64.b64encode(_hmac(key_of(secret), signed)).decode() for secret in endpoint.shared]
    received = [entry.removeprefix("v1,") for entry in entries if _V1.fullmatch(entry)]
    if _any_equal(received, expected) or _any_verifies(endpoint.public, entries, signed):
        return None
    return "webhook-signature não confere"


def _any_verifies(keys: Sequence[Ed25519PublicKey], entries: Sequence[str], signed: bytes) -> bool:
    texts = [entry.removeprefix("v1a,") for entry in entries if _V1A.fullmatch(entry)]
    return any(_verifies(key, base64.b64decode(text), signed) for key in keys for text in texts)


def _verifies(key: Ed25519PublicKey, signature: bytes, signed: bytes) -> bool:
    try:
        key.verify(signature, signed)
    except InvalidSignature:
        return False
    return True


def _older_signature(arrival: Arrival) -> str | None:
    received, secrets = arrival.headers.get(_OLD_SIGNATURE), arrival.endpoint.shared
    if not secrets:
        return "X-Webhook-Signature sem segredo combinado" if received is not None else None
    if received is None:
        return "X-Webhook-Signature ausente"
    expected = [_hmac(secret.encode(), arrival.body).hex() for secret in secrets]
    return None if _any_equal([received], expected) else "X-Webhook-Signature não confere"


def _body_shape(arrival: Arrival) -> str | None:
    body = arrival.parsed
    if set(body) != BODY_KEYS:
        return f"o corpo não é um objeto JSON com exatamente {sorted(BODY_KEYS)}"
    if not isinstance(body["evento"], str) or not body["evento"]:
        return "evento não é um texto"
    if not isinstance(body["dados"], dict):
        return "dados não é um objeto"
    return None if _has_offset(body["timestamp"]) else "timestamp não é ISO 8601 com fuso"


def _body_agrees(arrival: Arrival) -> str | None:
    body = arrival.parsed
    if body["id"] != arrival.header("webhook-id"):
        return "id do corpo difere de webhook-id"
    if arrival.headers.get("x-webhook-event", body["evento"]) != body["evento"]:
        return "X-Webhook-Event difere do evento"
    attempt = arrival.headers.get("x-webhook-attempt", "1")
    return None if re.fullmatch(r"[1-9][0-9]{0,3}", attempt) else "X-Webhook-Attempt não é um número a partir de 1"


Rule = Callable[[Arrival], str | None]
_RULES: tuple[Rule, ...] = (
    *(_headers_known, _own_headers, _fixed_headers),
    *(_identifier, _timestamp, _signature, _older_signature),
    *(_body_shape, _body_agrees),
)


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()


def _any_equal(received: Sequence[str], expected: Sequence[str]) -> bool:
    # a header may hold any bytes; aiohttp keeps the ones that are not UTF-8 as surrogates
    raw = [one.encode("utf-8", "surrogateescape") for one in received]
    return any(hmac.compare_digest(one, other.encode()) for one in raw for other in expected)


def _has_offset(value: object) -> bool:
    try:
        return isinstance(value, str) and "T" in value and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("chave repetida")
    return dict(pairs)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} não é JSON")
