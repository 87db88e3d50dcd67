"""What signs a message: the secret of now, for a day those before it too, and the older header where it can."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from support.deliveries import SECRET

from core.errors import UsageError
from events.delivery import sign, signing
from events.delivery.kind import Message, Said
from storage.models.destinos import Destino

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MESSAGE = Message("msg_1", "alerta_aberto", b'{"n":1}', 1)
OTHER = sign.PREFIX + "b3V0cm8tc2VncmVkby1nZXJhZG8tc28tcGFyYS10ZXN0ZQ=="  # pragma: allowlist secret
# The same in each run: it names cases, which all workers of a run have to collect alike.
SEED = b"dados-gerados-so-para-os-testes-"
PUBLIC = Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw()
KEY = sign.PRIVATE_PREFIX + b64encode(SEED + PUBLIC).decode()
TIMESTAMP = int(NOW.timestamp())


def destino(now: str | None, before: str | None = None, until: datetime | None = None) -> Destino:
    return Destino(secret_key=now, secret_anterior=before, secret_anterior_ate=until)


def signed(*secrets: str) -> str:
    return " ".join(sign.signature(one, "msg_1", TIMESTAMP, MESSAGE.corpo) for one in secrets)


def test_without_a_secret_nothing_is_signed() -> None:
    for one in (destino(None), destino(""), destino(None, OTHER, NOW + timedelta(hours=1))):
        assert signing.signatures(one, MESSAGE, NOW) == {}


@pytest.mark.parametrize(
    ("until", "live"),
    [
        (NOW + timedelta(seconds=1), (SECRET, OTHER)),
        (NOW, (SECRET,)),
        (NOW - timedelta(days=1), (SECRET,)),
        (None, (SECRET,)),
    ],
)
def test_the_secret_before_signs_until_its_day_is_over(until: datetime | None, live: tuple[str, ...]) -> None:
    told = signing.signatures(destino(SECRET, OTHER, until), MESSAGE, NOW)
    assert told["webhook-signature"] == signed(*live)


@pytest.mark.parametrize(
    ("now", "before", "legacy"),
    [(SECRET, None, SECRET), (SECRET, OTHER, SECRET), (KEY, OTHER, OTHER), (SECRET, KEY, SECRET), (KEY, None, None)],
)
def test_the_older_header_is_of_the_newest_secret_that_is_shared(
    now: str, before: str | None, legacy: str | None
) -> None:
    told = signing.signatures(destino(now, before, NOW + timedelta(hours=1)), MESSAGE, NOW)
    wanted = legacy and sign.legacy_signature(legacy, MESSAGE.corpo)
    assert told.get("X-Webhook-Signature") == wanted
    assert told["webhook-signature"] == signed(*[one for one in (now, before) if one])


def test_a_secret_that_is_said_is_kept_and_not_shown_again() -> None:
    checked = signing.made(Said("https://exemplo.com", segredo="meu segredo"))
    assert (checked.columns, checked.segredo) == ({"secret_key": "meu segredo"}, None)  # pragma: allowlist secret


@pytest.mark.parametrize(
    ("scheme", "begins", "shown"), [(None, "whsec_", True), ("v1", "whsec_", True), ("v1a", "whsk_", False)]
)
def test_a_secret_made_here_is_shown_only_where_its_receiver_needs_it(
    scheme: str | None, begins: str, shown: bool
) -> None:
    checked = signing.made(Said("https://exemplo.com", assinatura=scheme))
    secret = checked.columns["secret_key"]
    assert secret.startswith(begins)
    assert checked.segredo == (secret if shown else None)


@pytest.mark.parametrize(
    ("segredo", "assinatura", "campo"),
    [(SECRET, "v1a", "assinatura"), (KEY, "v1", "assinatura"), (None, "v2", "assinatura"), ("", None, "segredo")],
)
def test_a_secret_that_does_not_go_with_its_scheme_is_told(
    segredo: str | None, assinatura: str | None, campo: str
) -> None:
    with pytest.raises(UsageError) as told:
        signing.made(Said("https://exemplo.com", segredo=segredo, assinatura=assinatura))
    assert told.value.campo == campo


def test_a_key_says_its_scheme_by_itself() -> None:
    assert signing.made(Said("https://exemplo.com", segredo=KEY)).columns == {"secret_key": KEY}


@pytest.mark.parametrize(
    ("before", "said", "begins"),
    [
        (SECRET, None, "whsec_"),
        (KEY, None, "whsk_"),
        (KEY, "v1", "whsec_"),
        (SECRET, "v1a", "whsk_"),
        (None, None, "whsec_"),
    ],
)
def test_another_secret_keeps_the_scheme_unless_one_is_said(before: str | None, said: str | None, begins: str) -> None:
    changed = signing.rotated(destino(before), Said("https://exemplo.com", assinatura=said), NOW)
    secret = changed.columns["secret_key"]
    assert secret.startswith(begins)
    assert secret != before
    assert changed.columns["secret_anterior"] == before
    assert changed.columns["secret_anterior_ate"] == NOW + timedelta(hours=24)
    assert changed.aviso == (signing.BOTH if before else None)


def after(one: Destino, segredo: str, now: datetime = NOW) -> Destino:
    """Return a destination whose secret was changed for another."""
    columns = signing.rotated(one, Said("https://exemplo.com", segredo=segredo), now).columns
    stored = {name: getattr(one, name) for name in ("secret_key", "secret_anterior", "secret_anterior_ate")}
    return Destino(**{**stored, **columns})


def signature(one: Destino) -> str:
    return signing.signatures(one, MESSAGE, NOW)["webhook-signature"]


def test_one_that_is_changed_again_in_its_day_leaves_both_before_it_signing() -> None:
    """Who lost the one that was shown asks for another; the receiver still has the first."""
    yesterday = NOW - timedelta(hours=20)
    again = after(after(destino(SECRET), OTHER, yesterday), "terceiro")
    assert signature(again) == signed("terceiro", OTHER, SECRET)
    assert again.secret_anterior_ate == NOW + timedelta(hours=24)
    assert signing.replaced(again) == [OTHER, SECRET]


def test_one_whose_day_was_over_does_not_sign_again() -> None:
    long_ago = NOW - timedelta(hours=25)
    assert signature(after(after(destino(SECRET), OTHER, long_ago), "terceiro")) == signed("terceiro", OTHER)


def test_the_one_that_signs_already_changes_nothing_when_it_is_said_again() -> None:
    changed = after(destino(SECRET), OTHER, NOW - timedelta(hours=1))
    same = after(changed, OTHER)
    assert signature(same) == signed(OTHER, SECRET)
    assert same.secret_anterior_ate == NOW + timedelta(hours=23)
    assert signature(after(destino(SECRET), SECRET)) == signed(SECRET)


def test_who_goes_back_to_the_one_before_has_both() -> None:
    assert signature(after(after(destino(SECRET), OTHER), SECRET)) == signed(SECRET, OTHER)


def test_of_many_changes_in_a_day_the_newest_sign() -> None:
    one = destino(SECRET)
    for number in range(9):
        one = after(one, f"segredo {number}")
    assert signature(one) == signed(*(f"segredo {number}" for number in (8, 7, 6, 5)))


@pytest.mark.parametrize(
    ("secret", "scheme", "public"),
    [(None, None, False), (SECRET, "v1", False), ("texto", "v1", False), (KEY, "v1a", True)],
)
def test_people_see_how_it_signs_and_of_a_key_its_public_half(
    secret: str | None, scheme: str | None, public: bool
) -> None:
    shown = signing.shown(destino(secret))
    assert shown["assinatura"] == scheme
    assert shown["chave_publica"] == (sign.public_key(KEY) if public else None)
    assert secret is None or secret not in shown.values()
