"""The account of Milvus behind a destination: one whose token the settings know has the limits given there."""

import json

import pytest
from conftest import Configure

from core.errors import UsageError
from core.pace import budget_name
from events.delivery.milvus import account
from storage.models.destinos import Destino

TOKEN, OTHER = "token-de-exemplo-1", "token-de-exemplo-2"  # pragma: allowlist secret
URL = "https://milvus.exemplo.com.br"


@pytest.mark.parametrize(
    ("token", "per_minute"), [(TOKEN, 7), (f" {TOKEN} ", 7), (OTHER, 9), ("token-de-ninguem", None)]
)
def test_a_token_of_the_settings_has_its_limits_there(configure: Configure, token: str, per_minute: int | None) -> None:
    usual = account.account(URL, "token-de-ninguem").per_minute
    accounts = {"padrao": {"token": TOKEN, "per_minute": 7}, "outra": {"token": OTHER, "per_minute": 9}}
    configure(milvus__contas=json.dumps(accounts))
    assert account.account(URL, token).per_minute == (usual if per_minute is None else per_minute)


def test_the_address_is_the_destination_s_own_whatever_the_settings_say(configure: Configure) -> None:
    configure(milvus__token=TOKEN, milvus__base_url="https://outro.exemplo.com.br")
    assert account.account(f"{URL}/", TOKEN).base_url == URL
    conta = account.of(Destino(url=URL, secret_key=TOKEN))
    assert (conta.base_url, conta.token.get_secret_value()) == (URL, TOKEN)


@pytest.mark.parametrize(
    ("url", "token", "campo"),
    [
        (f"{URL}/api", TOKEN, "url"),
        (f"{URL}?x=1", TOKEN, "url"),
        ("ftp://milvus.exemplo.com.br", TOKEN, "url"),
        ("milvus.exemplo.com.br", TOKEN, "url"),
        (URL, "", "segredo"),
        (URL, "com\nquebra", "segredo"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_never_with_the_token(url: str, token: str, campo: str) -> None:
    with pytest.raises(UsageError) as told:
        account.account(url, token)
    assert told.value.campo == campo
    assert TOKEN not in str(told.value)


def test_all_who_use_a_token_draw_on_one_budget(configure: Configure) -> None:
    configure(milvus__token=TOKEN, milvus__per_minute="30")
    found = account.bucket(account.account(URL, TOKEN))
    same = account.bucket(account.account("https://outro.exemplo.com.br", TOKEN))
    assert found is not None
    assert found == same
    assert found.nome == budget_name("milvus", TOKEN)
    assert account.bucket(account.account(URL, OTHER)) != found


def test_a_token_without_a_limit_has_no_budget(configure: Configure) -> None:
    configure(milvus__token=TOKEN, milvus__per_minute="0")
    assert account.bucket(account.account(URL, TOKEN)) is None
