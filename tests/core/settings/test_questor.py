"""The accounts of Questor: defaults, both ways of writing them, and what is refused without showing a token."""

import json
from typing import Any

import pytest

from core.errors import Misconfigured
from core.settings.load import load_settings
from core.settings.questor import DEFAULT_METHODS, ContaQuestor, QuestorSettings

TOKEN = "segredo-da-conta-1"


@pytest.fixture(autouse=True)
def one_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESTEIRA_QUESTOR__OFFICE", "Contabil-Exemplo")
    monkeypatch.setenv("ESTEIRA_QUESTOR__TOKEN", f" {TOKEN}\n")


def padrao() -> ContaQuestor:
    return load_settings()[QuestorSettings].contas["padrao"]


def test_an_office_and_a_token_are_enough() -> None:
    conta = padrao()
    assert conta.base_url == "https://contabil-exemplo.app.questorpublico.com.br"
    assert conta.token.get_secret_value() == TOKEN
    assert conta.methods == DEFAULT_METHODS
    assert (conta.max_concurrency, conta.max_batch_items, conta.total_timeout) == (16, 50, 120)
    assert conta.user_agent.startswith("Esteira/")
    assert TOKEN not in repr(load_settings())


@pytest.mark.parametrize(
    ("key", "value", "wanted"),
    [
        ("WINDOW", "sempre", ("sempre",)),
        ("WINDOW", '"sempre"', ("sempre",)),
        ("WINDOW", '["sab", "dom"]', ("sab", "dom")),
        ("BASE_URL", "http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
        ("BASE_URL", "http://[::1]:80", "http://[::1]:80"),
        ("METHODS", '{"cfe": ""}', DEFAULT_METHODS | {"cfe": ""}),
        ("MAX_CONCURRENCY", "256", 256),
        ("AGREED_WITH_VENDOR", "chamado 1", "chamado 1"),
    ],
)
def test_the_flat_variables_are_the_account_padrao(
    monkeypatch: pytest.MonkeyPatch, key: str, value: str, wanted: Any
) -> None:
    monkeypatch.setenv(f"ESTEIRA_QUESTOR__{key}", value)
    assert getattr(padrao(), key.lower()) == wanted


def test_a_pattern_is_replaced_and_the_others_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    before = padrao().messages.client_missing
    monkeypatch.setenv("ESTEIRA_QUESTOR__MESSAGES", json.dumps({"already_imported": ["existe"]}))
    assert padrao().messages.already_imported == ("existe",)
    assert padrao().messages.client_missing == before


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("TOKEN", " ", "token – deve ser a chave de acesso"),
        ("TOKEN", "..", "token – deve ser a chave de acesso"),
        ("TOKEN", "segredo com espaço", "token – deve ser a chave de acesso"),
        ("OFFICE", "a.b", "office: deve ser só o subdomínio"),
        ("OFFICE", "", "precisa de office"),
        ("BASE_URL", "ftp://x", "base_url: deve ter só esquema, host e porta"),
        ("BASE_URL", "https://x/api", "base_url: deve ter só esquema"),
        ("BASE_URL", "https://u:segredo@x", "base_url: deve ter só esquema"),  # pragma: allowlist secret
        ("BASE_URL", "https://x?segredo", "base_url: deve ter só esquema"),
        ("BASE_URL", "https://x:99999", "base_url: deve ter só esquema"),
        ("BASE_URL", "x", "base_url: deve ter só esquema"),
        ("METHODS", '{"mdfe": "x"}', "methods: tipo desconhecido: mdfe"),
        ("METHODS", '{"nfe": "../x"}', "methods: o método de nfe deve ter só letras"),
        ("METHODS", "[]", "methods: deve ser uma tabela"),
        ("WINDOW", "[]", "window: deve ter ao menos um período"),
        ("WINDOW", "sab", "window: deve ser uma lista"),
        ("MAX_CONCURRENCY", "0", "max_concurrency: deve ser no mínimo 1"),
        ("MAX_CONCURRENCY", "257", "max_concurrency: deve ser no máximo 256"),
        ("MAX_BATCH_BYTES", "100", "max_batch_bytes: deve ser no mínimo 10000"),
        ("TOTAL_TIMEOUT", "601", "total_timeout: deve ser no máximo 600"),
        ("USER_AGENT", "x\r\ny", "user_agent: deve ter só caracteres"),
        ("MESSAGES", '{"invalid_xml": ["("]}', "messages.invalid_xml: o padrão 1 não é uma expressão regular"),
        ("TOKENN", "x", "tokenn: chave desconhecida"),
    ],
)
def test_a_mistake_names_its_key_and_shows_no_secret(
    monkeypatch: pytest.MonkeyPatch, key: str, value: str, told: str
) -> None:
    monkeypatch.setenv(f"ESTEIRA_QUESTOR__{key}", value)
    with pytest.raises(Misconfigured) as caught:
        load_settings()
    assert "questor.contas.padrao" in str(caught.value)
    assert told in str(caught.value)
    assert "segredo" not in str(caught.value)


def test_an_account_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(Misconfigured, match=r"Não há conta 'outra'.*As que há: padrao"):
        load_settings()[QuestorSettings].conta("outra")
