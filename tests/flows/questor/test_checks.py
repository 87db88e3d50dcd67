"""What `diagnostico` tells of Questor: which accounts accept a connection, and what is unwise about them."""

import json
import socket
from typing import Any

import pytest
from conftest import Configure
from support.ports import free_port

from core.checks import FAULT, OK, WARNING, Finding
from core.settings.questor import ContaQuestor
from flows.diagnostico import examine
from flows.questor import checks
from sandbox.questor import QuestorServer

SECRET = "segredo-do-questor"  # pragma: allowlist secret
AGREED = {"agreed_with_vendor": "chamado 1"}


def questor() -> list[Finding]:
    return [one for one in examine() if one.sistema.startswith("questor ")]


def test_an_account_is_reached_but_nothing_is_sent(sqlite: str, configure: Configure) -> None:
    with QuestorServer(SECRET) as server:
        configure(questor__base_url=server.url, questor__token=SECRET, questor__agreed_with_vendor="chamado 1")
        (found,) = questor()
        assert not server.refused
        assert not server.pedidos
    assert (found.sistema, found.situacao, found.correcao) == ("questor padrao", OK, "")
    assert "só é provada no primeiro envio" in found.detalhe
    (found,) = questor()
    assert (found.situacao, "não aceita conexão" in found.detalhe) == (FAULT, True)
    assert SECRET not in str(found)


def test_each_account_is_told_whatever_the_others_are(configure: Configure) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        there = f"http://127.0.0.1:{listener.getsockname()[1]}"
        contas = {
            "fora": {"base_url": f"http://127.0.0.1:{free_port()}", "token": SECRET, **AGREED},
            "sem-acordo": {"base_url": there, "token": SECRET},
            "boa": {"base_url": there, "token": SECRET, **AGREED},
        }
        configure(questor__contas=json.dumps(contas))
        found = {one.sistema: one for one in checks.accounts()}
    told = {name: one.situacao for name, one in found.items()}
    assert told == {"questor fora": FAULT, "questor sem-acordo": WARNING, "questor boa": OK}
    assert "questor.agreed_with_vendor" in found["questor sem-acordo"].correcao
    assert "base_url" in found["questor fora"].correcao


def test_without_an_account_there_is_nothing_to_tell(configure: Configure) -> None:
    assert list(checks.accounts()) == []


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("https://escritorio.exemplo.com", "escritorio.exemplo.com:443"),
        ("http://escritorio.exemplo.com", "escritorio.exemplo.com:80"),
        ("https://escritorio.exemplo.com:8443", "escritorio.exemplo.com:8443"),
    ],
)
def test_an_address_without_a_port_is_asked_at_the_usual_one(
    configure: Configure, monkeypatch: pytest.MonkeyPatch, address: str, place: str
) -> None:
    def refused(*_: Any, **__: Any) -> socket.socket:
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refused)
    configure(questor__base_url=address, questor__token=SECRET)
    (found,) = checks.accounts()
    assert found.detalhe.startswith(f"{place} não aceita conexão")


@pytest.mark.parametrize(
    ("address", "more", "advised"),
    [
        ("https://x", AGREED, []),
        ("https://x", {}, ["agreed_with_vendor"]),
        ("https://x", {"agreed_with_vendor": ""}, ["agreed_with_vendor"]),
        ("https://x", {**AGREED, "total_timeout": 89.9}, ["total_timeout"]),
        ("https://x", {**AGREED, "total_timeout": 90}, []),
        ("http://x", AGREED, ["base_url"]),
        ("http://127.0.0.1:9", AGREED, []),
        ("http://[::1]:9", AGREED, []),
        ("http://localhost:9", AGREED, []),
        ("http://x", {"total_timeout": 60}, ["base_url", "total_timeout", "agreed_with_vendor"]),
    ],
)
def test_the_manners_of_an_account_are_looked_at(address: str, more: dict[str, Any], advised: list[str]) -> None:
    said = checks._advice(ContaQuestor.model_validate({"base_url": address, "token": SECRET, **more}))
    named = ("base_url", "total_timeout", "agreed_with_vendor")
    assert [name for name in named if f"questor.{name}" in said] == advised
