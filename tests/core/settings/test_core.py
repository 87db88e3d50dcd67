"""Where things live: the database and the broker that are given, or what stands in for them."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from core.settings.core import CoreSettings


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


def test_the_zone_is_one() -> None:
    assert CoreSettings(timezone="America/Manaus").zone == ZoneInfo("America/Manaus")


def test_no_secret_is_shown() -> None:
    given = {"database_url": "postgresql://u:abacaxi@s/b", "keys": ["abacaxi"]}  # pragma: allowlist secret
    assert "abacaxi" not in repr(CoreSettings.model_validate(given))
