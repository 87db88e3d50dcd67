import hashlib
import hmac
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError
from support.deliveries import SECRET

from core.errors import UsageError
from events.delivery import sign


@given(st.binary(max_size=2000))
def test_the_official_library_accepts_what_we_sign(body: bytes) -> None:
    secret, now = sign.new_secret(), int(datetime.now(UTC).timestamp())
    text = body.decode("utf-8", "replace").encode()
    headers = {
        "webhook-id": "msg_01",
        "webhook-timestamp": str(now),
        "webhook-signature": sign.signature(secret, "msg_01", now, text),
    }
    expected = Webhook(secret).sign("msg_01", datetime.fromtimestamp(now, UTC), text.decode())
    assert headers["webhook-signature"] == expected


def test_a_changed_body_is_refused_by_the_official_library() -> None:
    secret, now = sign.new_secret(), int(datetime.now(UTC).timestamp())
    signature = sign.signature(secret, "msg_01", now, b'{"a":1}')
    headers = {"webhook-id": "msg_01", "webhook-timestamp": str(now), "webhook-signature": signature}
    Webhook(secret).verify('{"a":1}', headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify('{"a":2}', headers)


def test_a_secret_without_prefix_is_its_utf8_bytes_in_both_schemes() -> None:
    body = '{"nome":"São João"}'.encode()
    assert sign.key_of("açaí") == "açaí".encode()
    assert sign.legacy_signature("açaí", body) == hmac.new("açaí".encode(), body, hashlib.sha256).hexdigest()


def test_the_older_header_uses_the_whole_secret_text() -> None:
    secret = sign.new_secret()
    assert sign.legacy_signature(secret, b"x") == hmac.new(secret.encode(), b"x", hashlib.sha256).hexdigest()


def test_generated_secrets_have_the_prefix_and_32_bytes() -> None:
    first, second = sign.new_secret(), sign.new_secret()
    assert first != second
    assert first.startswith("whsec_")
    assert len(sign.key_of(first)) == 32


@pytest.mark.parametrize("secret", ["", "a" * 101, "whsec_", "whsec_não é base64", "a\nb"])
def test_a_bad_secret_is_refused_in_a_sentence(secret: str) -> None:
    with pytest.raises(UsageError, match="segredo"):
        sign.checked_secret(secret)


@pytest.mark.parametrize("secret", ["x", "segredo antigo", SECRET])
def test_a_usable_secret_is_kept_as_given(secret: str) -> None:
    assert sign.checked_secret(secret) == secret
