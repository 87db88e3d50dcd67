"""The sections of Ploomes and Milvus: what is a mistake there, and that no key is shown."""

from collections.abc import Callable

import pytest

from core.errors import Misconfigured
from core.settings.load import load_settings
from core.settings.milvus import MilvusSettings
from core.settings.ploomes import PloomesSettings

Configure = Callable[..., None]
KEY = "chave-de-exemplo-1"  # pragma: allowlist secret


def test_flat_keys_are_the_account_padrao_and_blanks_around_a_key_go(configure: Configure) -> None:
    configure(ploomes__user_key=f" {KEY}\n", milvus__token=KEY, milvus__per_minute="60")
    ploomes, milvus = PloomesSettings.current().conta("padrao"), MilvusSettings.current().conta("padrao")
    assert (ploomes.user_key.get_secret_value(), ploomes.base_url) == (KEY, "https://api2.ploomes.com")
    assert (milvus.token.get_secret_value(), milvus.per_minute) == (KEY, 60)
    assert KEY not in repr(load_settings())


@pytest.mark.parametrize(
    ("section", "key", "value", "said"),
    [
        ("ploomes", "base_url", "api2.ploomes.com", "só esquema, host e porta"),
        ("ploomes", "base_url", "https://u:p@api2.ploomes.com", "só esquema, host e porta"),  # pragma: allowlist secret
        ("ploomes", "user_key", "com espaço", "sem espaços nem acentos"),
        ("ploomes", "per_minute", "-1", "ploomes"),
        ("ploomes", "page_size", "301", "ploomes"),
        ("milvus", "token", "", "sem espaços nem acentos"),
        ("milvus", "timezone", "Sao_Paulo", "fuso horário desconhecido"),
        ("milvus", "base_url", "https://h/api", "só esquema, host e porta"),
    ],
)
def test_a_mistake_is_told_at_start(configure: Configure, section: str, key: str, value: str, said: str) -> None:
    needed = {"ploomes": "user_key", "milvus": "token"}[section]
    configure(**{f"{section}__contas__matriz__{needed}": KEY, f"{section}__contas__matriz__{key}": value})
    with pytest.raises(Misconfigured, match=said) as caught:
        load_settings()
    assert f"{section}.contas.matriz.{key}" in str(caught.value)
    assert KEY not in str(caught.value)
