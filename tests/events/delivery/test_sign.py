import hashlib
import hmac
from base64 import b64decode, b64encode
from datetime import UTC, datetime

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError
from support.deliveries import SECRET

from core.errors import UsageError
from core.text import redact
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


# The pair that the specification shows.
PRIVATE = (
    "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4r"  # pragma: allowlist secret
    "JCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg=="  # pragma: allowlist secret
)
PUBLIC = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="  # pragma: allowlist secret


def verified(public: str, entry: str, signed: bytes) -> bool:
    version, _, text = entry.partition(",")
    key = Ed25519PublicKey.from_public_bytes(b64decode(public.removeprefix("whpk_")))
    try:
        key.verify(b64decode(text, validate=True), signed)
    except InvalidSignature:
        return False
    return version == "v1a"


@given(st.binary(max_size=2000))
def test_an_ed25519_signature_is_verified_by_its_public_half(body: bytes) -> None:
    secret = sign.new_secret("v1a")
    entry = sign.signature(secret, "msg_01", 1700000000, body)
    assert verified(sign.public_key(secret), entry, b"msg_01.1700000000." + body)
    assert not verified(sign.public_key(sign.new_secret("v1a")), entry, b"msg_01.1700000000." + body)


def test_a_key_may_be_written_with_its_public_half_or_alone() -> None:
    alone = "whsk_" + b64encode(b64decode(PRIVATE.removeprefix("whsk_"))[:32]).decode()
    for secret in (PRIVATE, alone):
        assert sign.public_key(sign.checked_secret(secret)) == PUBLIC
        assert sign.scheme_of(secret) == "v1a"
    assert sign.scheme_of(SECRET) == sign.scheme_of("texto") == "v1"


@pytest.mark.parametrize(
    "secret",
    [
        "whsk_",
        "whsk_xyz",
        "whsk_" + "A" * 44,
        PUBLIC,
        PRIVATE.replace("vg==", "vw=="),
        "whsk_" + b64encode(bytes(31)).decode(),
    ],
)
def test_a_key_that_is_none_is_refused_in_a_sentence(secret: str) -> None:
    with pytest.raises(UsageError, match="segredo"):
        sign.checked_secret(secret)


def test_a_private_key_is_hidden_wherever_it_appears() -> None:
    assert PRIVATE not in redact(f"a chave {PRIVATE} foi recusada")
