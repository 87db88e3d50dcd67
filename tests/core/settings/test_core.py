"""Where things live: the database and the broker that are given, or what stands in for them."""

from pathlib import Path
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

import pytest
from conftest import Configure
from pydantic import SecretStr

from core.errors import Misconfigured
from core.settings.base import with_password
from core.settings.core import CoreSettings
from core.settings.load import load_settings


def test_without_a_database_it_is_a_file_of_the_data_folder(tmp_path: Path) -> None:
    assert CoreSettings(data_dir=tmp_path).database == f"sqlite:///{tmp_path}/esteira.db"
    given = "postgresql://servidor/esteira"
    assert CoreSettings(database_url=SecretStr(given)).database == given


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, None),
        ({"redis_url": "redis://um/0"}, "redis://um/0"),
        ({"broker_url": "redis://dois/0"}, "redis://dois/0"),
        ({"redis_url": "redis://um/0", "broker_url": "redis://dois/0"}, "redis://dois/0"),
    ],
)
def test_the_broker_is_the_redis_unless_another_is_given(given: dict[str, str], wanted: str | None) -> None:
    assert CoreSettings.model_validate(given).broker == wanted


@pytest.mark.parametrize("key", ["redis_url", "broker_url"])
@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        "http://:abacaxi@x",
        "redis://:abacaxi@x:porta/0",
        "redis://:abacaxi@x:70000/0",
        "redis://x/abacaxi",
        "redis://[x",
        "rediss://:abacaxi@x?ssl_cert_reqs=abacaxi",
        "unix:///abacaxi",
    ],
)
def test_what_is_no_address_of_a_broker_is_told_when_the_settings_load(
    configure: Configure, key: str, url: str
) -> None:
    configure(**{f"core__{key}": url})
    with pytest.raises(Misconfigured, match=f"core.{key}") as told:
        load_settings()
    assert "abacaxi" not in str(told.value)


@pytest.mark.parametrize(
    "url", ["redis://x", "redis:///0", "redis://u:s@x:6380/3", "rediss://x?ssl_cert_reqs=none", "redis://[::1]:1/0"]
)
def test_an_address_may_leave_out_what_is_usual(url: str) -> None:
    assert CoreSettings.model_validate({"redis_url": url}).broker == url


@pytest.mark.parametrize("password", ["abacaxi", "a@b:c/d?e#f %41[]", "çã€", "'\"\\"])
@pytest.mark.parametrize(
    ("address", "before", "behind"),
    [
        ("postgresql://esteira@servidor:5432/banco?sslmode=require", "postgresql://esteira:", "@servidor:5432/banco?"),
        ("postgresql://servidor/banco", "postgresql://:", "@servidor/banco"),
        ("redis://servidor:6379/0", "redis://:", "@servidor:6379/0"),
        ("rediss://ana@[::1]:1", "rediss://ana:", "@[::1]:1"),
        ("redis://servidor?x=a@b:c", "redis://:", "@servidor?x=a@b:c"),
    ],
)
def test_a_password_that_is_kept_apart_stands_quoted_in_the_address(
    address: str, before: str, behind: str, password: str
) -> None:
    made = with_password(SecretStr(address), SecretStr(password))
    assert made.startswith(before)
    assert behind in made
    assert unquote(urlsplit(made).password or "") == password


def test_database_and_broker_take_their_passwords_unless_the_address_has_one() -> None:
    given = {"database_url": "postgresql://u@s/b", "redis_url": "redis://s/0"}
    apart = {"database_password": "a/b", "redis_password": "c@d"}  # pragma: allowlist secret
    core = CoreSettings.model_validate(given | apart)
    assert core.database == "postgresql://u:a%2Fb@s/b"  # pragma: allowlist secret
    assert core.broker == "redis://:c%40d@s/0"  # pragma: allowlist secret
    own = {"database_url": "postgresql://u:x@s/b", "redis_url": "redis://:y@s/0"}  # pragma: allowlist secret
    core = CoreSettings.model_validate(own | apart)
    assert (core.database, core.broker) == tuple(own.values())
    assert CoreSettings.model_validate({"redis_password": "x"}).broker is None


def test_the_zone_is_one() -> None:
    assert CoreSettings(timezone="America/Manaus").zone == ZoneInfo("America/Manaus")


def test_no_secret_is_shown() -> None:
    given = {"database_url": "postgresql://u:abacaxi@s/b", "keys": ["abacaxi"]}  # pragma: allowlist secret
    given |= {"redis_password": "abacaxi", "database_password": "abacaxi"}  # pragma: allowlist secret
    assert "abacaxi" not in repr(CoreSettings.model_validate(given))
