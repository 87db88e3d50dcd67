from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from core.settings.accounts import Contas
from core.settings.base import Section
from core.settings.load import Settings
from core.settings.mistakes import explain


class Questor(Section):
    """An outside system with accounts, as later capabilities have them."""

    token: SecretStr
    office: str = "x"


class WithQuestor(Settings):
    questor: Contas[Questor] = Contas()


def accounts(**tables: Any) -> dict[str, str]:
    found = WithQuestor(**tables).questor.contas
    return {name: conta.token.get_secret_value() for name, conta in found.items()}


def test_flat_keys_are_the_account_padrao(monkeypatch: pytest.MonkeyPatch) -> None:
    assert accounts(questor={"token": "a"}) == {"padrao": "a"}
    monkeypatch.setenv("ESTEIRA_QUESTOR__TOKEN", "b")
    assert accounts() == {"padrao": "b"}


def test_accounts_are_named_in_the_file_and_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESTEIRA_QUESTOR__CONTAS__MATRIZ__TOKEN", "m")
    assert accounts(questor={"token": "a", "contas": {"filial": {"token": "f"}}}) == {
        "padrao": "a",
        "filial": "f",
        "matriz": "m",
    }


def test_without_any_there_are_none(tmp_path: Path) -> None:
    assert accounts() == {}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"token": "a", "contas": {"padrao": {"token": "b"}}}, "questor: a conta padrao está escrita de duas formas"),
        ({"contas": {"matriz": {"tokem": "b"}}}, "questor.contas.matriz.token – falta este valor"),
        ({"contas": {"matriz": {"token": "a", "x": 1}}}, "questor.contas.matriz.x: chave desconhecida"),
        ({"contas": 3}, "questor.contas: deve ser uma tabela"),
    ],
)
def test_a_mistake_names_the_account_and_its_key(given: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError) as caught:
        WithQuestor(questor=given)
    assert any(line.startswith(told) for line in explain(caught.value, WithQuestor))
