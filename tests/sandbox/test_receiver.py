"""The receiver believes a request signed by the official Standard Webhooks package, and none that bends the wire."""

import hashlib
import hmac
import http.client
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks import Webhook

from core.clock import FixedClock
from sandbox.faults import status, usual
from sandbox.receiver import ReceiverServer, new_secret

NOW = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
SECRET = new_secret()
PATH = "/webhook"
ID = "msg_01JNZX9M6Q"


def body(**changes: Any) -> bytes:
    content = {
        "id": ID,
        "evento": "alerta_aberto",
        "timestamp": "2026-03-10T12:00:00-03:00",
        "dados": {"nome": "Padaria São João"},
    }
    return json.dumps(content | changes, ensure_ascii=False).encode()


def signed(raw: bytes, secret: str | None = SECRET, at: datetime = NOW, webhook_id: str = ID) -> dict[str, str]:
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "FiscalWebhook/1.0",
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(at.timestamp())),
    }
    if secret is None:
        return headers
    return headers | {
        "webhook-signature": Webhook(secret).sign(webhook_id, at, raw.decode()),
        "X-Webhook-Signature": hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest(),
    }


def receiver(secret: str | Iterable[str] | None = SECRET) -> ReceiverServer:
    return ReceiverServer({PATH: secret}, FixedClock(NOW))


def post(
    server: ReceiverServer, raw: bytes, headers: Iterable[tuple[str, str]], path: str = PATH, method: str = "POST"
) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=60)
    try:
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(raw)))
        connection.endheaders(raw)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or b"null")
    finally:
        connection.close()


def test_a_well_signed_request_is_believed() -> None:
    with receiver() as server:
        assert post(server, body(), signed(body()).items()) == (200, {"status": "ok", "evento": "alerta_aberto"})
        kept = server.requests[0]
    assert (kept.verdict, kept.verified, kept.webhook_id, kept.body, kept.received_at) == ("ok", True, ID, body(), NOW)
    assert kept.headers["WEBHOOK-ID"] == ID


def test_information_headers_may_come_along() -> None:
    extra = {"X-Webhook-Event": "alerta_aberto", "X-Webhook-Attempt": "3", "Accept-Encoding": "identity"}
    with receiver() as server:
        assert post(server, body(), (signed(body()) | extra).items())[0] == 200


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"webhook-id": None}, "webhook-id"),
        ({"webhook-id": "msg.1"}, "webhook-id"),
        ({"webhook-id": "msg_outro"}, "webhook-signature não confere"),
        ({"webhook-timestamp": None}, "webhook-timestamp"),
        ({"webhook-timestamp": "1773154800.5"}, "webhook-timestamp"),
        ({"webhook-timestamp": "2026-03-10"}, "webhook-timestamp"),
        ({"webhook-signature": None}, "webhook-signature"),
        ({"webhook-signature": "v1,AAAA"}, "não confere"),
        ({"webhook-signature": "lixo"}, "malformado"),
        ({"X-Webhook-Signature": None}, "X-Webhook-Signature ausente"),
        ({"X-Webhook-Signature": "00" * 32}, "X-Webhook-Signature não confere"),
        ({"X-Webhook-Signature": "\xff"}, "X-Webhook-Signature não confere"),
        ({"Content-Type": "application/json; charset=utf-8"}, "Content-Type"),
        ({"Content-Type": None}, "Content-Type"),
        ({"User-Agent": "curl/8"}, "User-Agent"),
        ({"X-Webhook-Event": "outro"}, "X-Webhook-Event"),
        ({"X-Webhook-Attempt": "0"}, "X-Webhook-Attempt"),
        ({"Accept-Encoding": "gzip, deflate"}, "comprimida"),
        ({"Cookie": "a=1"}, "cookie"),
        ({"X-Webhook-Outro": "1"}, "x-webhook-outro"),
    ],
)
def test_a_bent_header_is_not_believed(changes: dict[str, str | None], reason: str) -> None:
    headers = {name: value for name, value in (signed(body()) | changes).items() if value is not None}
    with receiver() as server:
        code, answer = post(server, body(), headers.items())
        assert (code, server.unverified, server.count(ID)) == (401, 1, 0)
        assert reason in answer["error"]
        assert server.requests[0].verdict == answer["error"]


@pytest.mark.parametrize("name", ["webhook-id", "Webhook-Timestamp", "webhook-signature", "X-Webhook-Signature"])
def test_a_header_sent_twice_is_not_believed(name: str) -> None:
    headers = signed(body())
    again = next(value for key, value in headers.items() if key.lower() == name.lower())
    with receiver() as server:
        code, answer = post(server, body(), [*headers.items(), (name, again)])
    assert (code, "repetido" in answer["error"]) == (401, True)


@pytest.mark.parametrize(
    "raw",
    [
        body(extra=1),
        b'{"evento": "x", "timestamp": "2026-03-10T12:00:00-03:00", "dados": {}}',
        body(id="msg_outro"),
        body(dados=[]),
        body(evento=""),
        body(evento=None),
        body(timestamp="2026-03-10T12:00:00"),
        body(timestamp="2026-03-10"),
        body(timestamp=1773154800),
        body(dados={"x": float("nan")}),
        body().replace(b'"evento"', b'"evento": "outro", "evento"'),
        b"[]",
        b"",
        b"nao e json",
    ],
)
def test_a_bent_body_is_not_believed_even_when_signed(raw: bytes) -> None:
    with receiver() as server:
        assert post(server, raw, signed(raw).items())[0] == 401


def test_a_body_changed_on_the_way_is_not_believed() -> None:
    with receiver() as server:
        assert post(server, body(dados={"valor": "1"}), signed(body()).items())[0] == 401


@pytest.mark.parametrize(("seconds", "code"), [(-300, 200), (300, 200), (-301, 401), (301, 401)])
def test_the_timestamp_may_be_five_minutes_off(seconds: int, code: int) -> None:
    at = datetime.fromtimestamp(NOW.timestamp() + seconds, UTC)
    with receiver() as server:
        assert post(server, body(), signed(body(), at=at).items())[0] == code


def test_during_a_rotation_any_live_secret_will_do() -> None:
    old, new = new_secret(), new_secret()
    both = signed(body(), old)
    both["webhook-signature"] += " " + signed(body(), new)["webhook-signature"]
    with receiver((old, new)) as server:
        assert post(server, body(), both.items())[0] == 200
        assert post(server, body(), signed(body(), new).items())[0] == 200
        assert post(server, body(), signed(body(), new_secret()).items())[0] == 401


def test_a_secret_without_prefix_is_used_as_text_in_both_schemes() -> None:
    text, raw = "segredo combinado por telefone, com ç", body()
    key = text.encode()
    headers = signed(raw, None) | {"X-Webhook-Signature": hmac.new(key, raw, hashlib.sha256).hexdigest()}
    headers["webhook-signature"] = Webhook(key).sign(ID, NOW, raw.decode())
    with receiver(text) as server:
        assert post(server, raw, headers.items())[0] == 200


def test_without_a_secret_there_is_identity_but_no_signature() -> None:
    with receiver(None) as server:
        assert post(server, body(), signed(body(), None).items())[0] == 200
        assert post(server, body(), signed(body()).items())[0] == 401
        older = signed(body(), None) | {"X-Webhook-Signature": signed(body())["X-Webhook-Signature"]}
        assert post(server, body(), older.items())[0] == 401


def test_the_customers_own_headers_must_come_along() -> None:
    with receiver() as server:
        server.expect(PATH, SECRET, {"X-Loja": "matriz"})
        assert post(server, body(), signed(body()).items())[0] == 401
        assert post(server, body(), (signed(body()) | {"X-Loja": "filial"}).items())[0] == 401
        assert post(server, body(), (signed(body()) | {"x-loja": "matriz"}).items())[0] == 200


def test_repeats_are_told_apart_by_id() -> None:
    with receiver() as server:
        for webhook_id in ("msg_a", "msg_b", "msg_a"):
            raw = body(id=webhook_id)
            post(server, raw, signed(raw, webhook_id=webhook_id).items())
        assert (server.count("msg_a"), server.count("msg_b"), server.count("msg_c")) == (2, 1, 0)
        assert (server.ids, server.repeats) == ({"msg_a", "msg_b"}, {"msg_a": 2})
        assert server.estado()["repetidos"] == 1


def test_the_same_id_with_another_body_is_not_believed() -> None:
    other = body(dados={"mudou": True})
    with receiver() as server:
        assert post(server, body(), signed(body()).items())[0] == 200
        assert post(server, other, signed(other).items())[0] == 401


def test_a_programmed_fault_comes_after_the_request_is_kept() -> None:
    with receiver() as server:
        server.expect("/outro", SECRET)
        server.faults.queue(status(503, headers={"Retry-After": "7"}), usual, status(410), key=PATH)
        codes = [post(server, body(), signed(body()).items())[0] for _ in range(4)]
        assert codes == [503, 200, 410, 200]
        assert post(server, body(), signed(body()).items(), "/outro")[0] == 200
        assert (server.count(ID, PATH), server.count(ID)) == (4, 5)


def test_other_paths_methods_and_parameters_are_refused() -> None:
    with receiver() as server:
        headers = list(signed(body()).items())
        assert post(server, body(), headers, "/desconhecido")[0] == 404
        assert post(server, body(), headers, PATH + "?a=1")[0] == 405
        assert post(server, body(), headers, method="PUT")[0] == 405
        assert not server.requests


@pytest.mark.parametrize("secret", ["whsec_", "whsec_AAAA", "whsec_não é base64"])
def test_a_secret_that_is_none_is_refused_at_once(secret: str) -> None:
    with pytest.raises(ValueError, match="base64 de 24 a 64 bytes"):
        receiver(secret)


def test_the_sandbox_state_shows_verdicts_and_no_secret() -> None:
    with receiver() as server:
        post(server, body(), signed(body()).items())
        text = json.dumps(server.estado())
    assert (
        json.loads(text)["recebidos"][0] | {"caminho": PATH, "evento": "alerta_aberto", "veredito": "ok", "vezes": 1}
        == (json.loads(text)["recebidos"][0])
    )
    assert "whsec_" not in text
