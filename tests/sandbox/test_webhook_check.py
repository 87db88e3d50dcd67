"""What a strict receiver demands of a webhook request, rule by rule, without a server.

docs/reference/contracts/webhooks_delivery.md §1, docs/reference/contracts/integracoes.md §3.
"""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from multidict import CIMultiDict
from standardwebhooks import Webhook

from sandbox.webhook_check import Arrival, Endpoint, key_of, refusal

NOW = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
ID = "msg_01JNZX9M6Q"
SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()  # pragma: allowlist secret
OTHER = "whsec_" + base64.b64encode(bytes(range(1, 33))).decode()
BODY = {"id": ID, "evento": "alerta_aberto", "timestamp": "2026-03-10T12:00:00-03:00", "dados": {"loja": "São João"}}
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = "whpk_" + base64.b64encode(PRIVATE.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def raw(**changes: Any) -> bytes:
    return json.dumps(BODY | changes, ensure_ascii=False).encode()


def plain(at: int = int(NOW.timestamp()), webhook_id: str = ID) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "User-Agent": "FiscalWebhook/1.0",
        "webhook-id": webhook_id,
        "webhook-timestamp": str(at),
    }


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    return plain() | {
        "webhook-signature": Webhook(secret).sign(ID, NOW, body.decode()),
        "X-Webhook-Signature": hmac.new(secret.encode(), body, hashlib.sha256).hexdigest(),
    }


def asymmetric(body: bytes, key: Ed25519PrivateKey = PRIVATE) -> str:
    text = b".".join((ID.encode(), str(int(NOW.timestamp())).encode(), body))
    return "v1a," + base64.b64encode(key.sign(text)).decode()


def judged(
    headers: dict[str, str] | list[tuple[str, str]], endpoint: Endpoint | None = None, body: bytes | None = None
) -> str:
    """Return why a request is refused; an empty text: it is not."""
    where = Endpoint((SECRET,)) if endpoint is None else endpoint
    return refusal(Arrival(where, CIMultiDict(headers), raw() if body is None else body, NOW)) or ""


def test_what_is_as_it_must_be_is_not_refused() -> None:
    assert judged(signed(raw())) == ""
    assert judged(plain(), Endpoint()) == ""


@pytest.mark.parametrize(("size", "good"), [(23, False), (24, True), (64, True), (65, False)])
def test_a_secret_is_the_base64_of_24_to_64_bytes(size: int, good: bool) -> None:
    secret = "whsec_" + base64.b64encode(bytes(size)).decode()  # pragma: allowlist secret
    if good:
        assert key_of(secret) == bytes(size)
    else:
        with pytest.raises(ValueError, match="24 a 64 bytes"):
            Endpoint((SECRET, secret))


@pytest.mark.parametrize("text", ["whsec_", "whsec_não", "whsec_" + "A" * 31, "whsec_ " + "A" * 32])
def test_what_is_no_base64_is_no_secret(text: str) -> None:
    with pytest.raises(ValueError, match="24 a 64 bytes"):
        key_of(text)


@pytest.mark.parametrize("text", ["", "combinado por telefone, com ç", "WHSEC_AAAA", "x"])
def test_a_secret_without_the_prefix_is_its_own_key(text: str) -> None:
    assert key_of(text) == text.encode()


def test_an_endpoint_tells_shared_secrets_from_public_keys() -> None:
    endpoint = Endpoint((SECRET, PUBLIC, "texto"))
    assert endpoint.shared == [SECRET, "texto"]
    assert [key.public_bytes_raw() for key in endpoint.public] == [PRIVATE.public_key().public_bytes_raw()]


def test_a_public_key_needs_no_shared_secret() -> None:
    endpoint = Endpoint((PUBLIC,))
    good = plain() | {"webhook-signature": asymmetric(raw())}
    assert judged(good, endpoint) == ""
    assert judged(plain(), endpoint) == "webhook-signature ausente ou malformado"
    other = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
    assert (
        judged(plain() | {"webhook-signature": asymmetric(raw(), other)}, endpoint) == "webhook-signature não confere"
    )
    older = good | {"X-Webhook-Signature": "00" * 32}
    assert judged(older, endpoint) == "X-Webhook-Signature sem segredo combinado"


@pytest.mark.parametrize(
    ("entries", "believed"),
    [
        ("{ours}", True),
        ("{other} {ours}", True),
        ("{public} {other}", True),
        ("{other}", False),
        ("v1,AAAA {ours}", True),
        ("v1,AAAA", False),
        ("v1a,{mine}", False),
        ("{ours}A", False),
        ("{ours}  {other}", False),
        (" {ours}", False),
        ("{ours} ", False),
        ("{ours},{other}", False),
        ("v2,AAAA {ours}", False),
        ("lixo {ours}", False),
        ("", False),
    ],
)
def test_one_entry_that_agrees_is_enough_and_all_are_well_formed(entries: str, believed: bool) -> None:
    body = raw()
    ours, other = (signed(body, secret)["webhook-signature"] for secret in (SECRET, OTHER))
    text = entries.format(ours=ours, other=other, public=asymmetric(body), mine=ours.removeprefix("v1,"))
    reason = judged(signed(body) | {"webhook-signature": text}, Endpoint((SECRET, PUBLIC)))
    assert (reason == "") is believed
    assert believed or reason.startswith("webhook-signature ")


@pytest.mark.parametrize("secret", [SECRET, OTHER])
def test_during_a_rotation_both_schemes_take_any_live_secret(secret: str) -> None:
    assert judged(signed(raw(), secret), Endpoint((SECRET, OTHER))) == ""


@pytest.mark.parametrize("change", ["upper", "prefix", "short", "raw key"])
def test_the_older_signature_is_lower_case_hex_of_the_body_by_the_whole_text(change: str) -> None:
    good = signed(raw())["X-Webhook-Signature"]
    by_key = hmac.new(key_of(SECRET), raw(), hashlib.sha256).hexdigest()
    bent = {"upper": good.upper(), "prefix": f"sha256={good}", "short": good[:-1], "raw key": by_key}[change]
    assert judged(signed(raw()) | {"X-Webhook-Signature": bent}) == "X-Webhook-Signature não confere"


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("a", True),
        ("-_AZaz09", True),
        ("x" * 200, True),
        ("x" * 201, False),
        ("", False),
        ("msg.1", False),
        ("ç", False),
    ],
)
def test_an_id_has_letters_figures_and_no_full_stop(text: str, good: bool) -> None:
    found = judged(plain(webhook_id=text), Endpoint(), raw(id=text))
    assert found == ("" if good else "webhook-id ausente ou malformado")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (str(int(NOW.timestamp()) - 300), ""),
        (str(int(NOW.timestamp()) + 300), ""),
        (str(int(NOW.timestamp()) - 301), "fora dos 5 minutos"),
        (str(int(NOW.timestamp()) + 301), "fora dos 5 minutos"),
        ("0", "fora dos 5 minutos"),
        *((text, "malformado") for text in ("", "1" * 13, "-1", "1773154800.0", "1e9", "١٢", "2026-03-10T15:00:00Z")),
    ],
)
def test_a_timestamp_is_whole_seconds_within_five_minutes(text: str, reason: str) -> None:
    found = judged(plain() | {"webhook-timestamp": text}, Endpoint())
    assert found.endswith(reason)
    assert bool(found) is bool(reason)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"Content-Type": "application/json; charset=utf-8"}, "Content-Type"),
        ({"Content-Type": "Application/JSON"}, "Content-Type"),
        ({"User-Agent": "FiscalWebhook/1.1"}, "User-Agent"),
        ({"Accept-Encoding": "gzip"}, "comprimida"),
        ({"Cookie": "a=1"}, "cabeçalho desconhecido: ['cookie']"),
        ({"X-B": "1", "X-A": "2"}, "cabeçalho desconhecido: ['x-a', 'x-b']"),
        ({"X-Webhook-Event": "outro"}, "X-Webhook-Event difere"),
        *(({"X-Webhook-Attempt": text}, "X-Webhook-Attempt") for text in ("0", "-1", "01", "1.0", "", "10000")),
    ],
)
def test_a_header_that_is_not_as_agreed_is_refused(change: dict[str, str], reason: str) -> None:
    assert reason in judged(signed(raw()) | change)


@pytest.mark.parametrize(
    "change",
    [
        {
            "Accept-Encoding": "identity",
            "Accept": "*/*",
            "Connection": "keep-alive",
            "Content-Length": "1",
            "Host": "x",
        },
        {"X-Webhook-Event": "alerta_aberto", "X-Webhook-Attempt": "9999"},
    ],
)
def test_what_every_client_sends_and_information_come_along(change: dict[str, str]) -> None:
    assert judged(signed(raw()) | change) == ""


@pytest.mark.parametrize("name", ["Host", "User-Agent", "webhook-id", "X-Webhook-Event", "x-webhook-attempt"])
def test_a_header_that_comes_once_is_refused_the_second_time_in_any_case(name: str) -> None:
    given = list((signed(raw()) | {"Host": "x", "X-Webhook-Event": "alerta_aberto", "X-Webhook-Attempt": "1"}).items())
    again = next(value for key, value in given if key.lower() == name.lower())
    assert judged([*given, (name.swapcase(), again)]) == f"cabeçalho repetido: ['{name.lower()}']"


@pytest.mark.parametrize(
    ("sent", "believed"),
    [
        ([("X-Loja", "matriz")], True),
        ([("x-loja", "matriz")], True),
        ([("X-Loja", "Matriz")], False),
        ([("X-Loja", "matriz"), ("X-Loja", "matriz")], False),
        ([], False),
    ],
)
def test_the_customers_own_headers_come_once_as_they_were_typed(sent: list[tuple[str, str]], believed: bool) -> None:
    found = judged([*signed(raw()).items(), *sent], Endpoint((SECRET,), {"X-Loja": "matriz"}))
    assert found == ("" if believed else "cabeçalho do cliente ausente ou errado: ['X-Loja']")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nada",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        raw(extra=1),
        json.dumps({name: value for name, value in BODY.items() if name != "dados"}).encode(),
        raw().replace(b'"evento"', b'"evento": "x", "evento"'),
        raw().replace(b'"loja"', b'"loja": 1, "loja"'),
        raw(dados={"x": float("inf")}),
        raw(dados={"x": float("nan")}),
        b"\xef\xbb\xbf" + raw(),
    ],
    ids=[
        "nothing",
        "no JSON",
        "a list",
        "no UTF-8",
        "deep",
        "more",
        "less",
        "twice",
        "twice within",
        "Infinity",
        "NaN",
        "BOM",
    ],
)
def test_a_body_is_an_object_with_four_keys_and_each_once(body: bytes) -> None:
    assert judged(plain(), Endpoint(), body).startswith("o corpo não é um objeto JSON com exatamente")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"evento": ""}, "evento não é um texto"),
        ({"evento": 7}, "evento não é um texto"),
        ({"dados": []}, "dados não é um objeto"),
        ({"dados": None}, "dados não é um objeto"),
        *(
            ({"timestamp": text}, "timestamp não é ISO 8601 com fuso")
            for text in ("2026-03-10T12:00:00", "2026-03-10", "2026-03-10 12:00:00-03:00", "ontem", "", 1, None)
        ),
        ({"id": "msg_outro"}, "id do corpo difere de webhook-id"),
        ({"id": None}, "id do corpo difere de webhook-id"),
    ],
)
def test_what_the_body_says_is_of_its_type_and_agrees_with_the_headers(change: dict[str, Any], reason: str) -> None:
    body = raw(**change)
    assert judged(signed(body), body=body) == reason


@pytest.mark.parametrize("text", ["2026-03-10T15:00:00Z", "2026-03-10T15:00:00.123456+00:00"])
def test_a_timestamp_of_the_body_may_have_any_offset(text: str) -> None:
    assert judged(plain(), Endpoint(), raw(timestamp=text)) == ""


def test_without_a_secret_a_signature_is_refused() -> None:
    whole = signed(raw())
    new = {name: value for name, value in whole.items() if name != "X-Webhook-Signature"}
    old = {name: value for name, value in whole.items() if name != "webhook-signature"}
    assert judged(new, Endpoint()) == "assinatura sem segredo combinado"
    assert judged(old, Endpoint()) == "X-Webhook-Signature sem segredo combinado"


def test_of_several_reasons_the_first_is_told() -> None:
    """Headers before signatures, signatures before the body."""
    bent = plain(at=0) | {"Content-Type": "text/plain", "X-Outro": "1"}
    assert judged(bent, body=b"").startswith("cabeçalho desconhecido")
    del bent["X-Outro"]
    assert judged(bent, body=b"").startswith("Content-Type")
    assert judged(plain(at=0), body=b"").startswith("webhook-timestamp")
    assert judged(plain(), body=b"").startswith("webhook-signature")
    assert judged(signed(b""), body=b"").startswith("o corpo")
