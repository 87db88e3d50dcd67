"""The section `[email]`."""

from typing import Any

import pytest
from conftest import Configure

from core.errors import Misconfigured
from core.settings.email import ContaEmail, EmailSettings
from core.settings.load import get_settings

GOOD = {"host": "smtp.exemplo.com.br", "sender": "Esteira <avisos@exemplo.com.br>"}


def test_a_host_and_a_sender_are_enough() -> None:
    conta = ContaEmail(**GOOD)
    assert (conta.security, conta.service, conta.user) == ("starttls", 587, None)
    assert conta.mailbox.address == "avisos@exemplo.com.br"


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_a_port_is_the_usual_one_unless_it_is_said(security: Any, port: int) -> None:
    assert ContaEmail(**GOOD, security=security).service == port
    assert ContaEmail(**GOOD, security=security, port=2525).service == 2525


def test_accounts_have_names_and_none_is_there_unless_it_is_said(configure: Configure) -> None:
    assert EmailSettings.current().contas == {}
    with pytest.raises(Misconfigured, match=r"Preencha a seção email: não há nenhuma\."):
        EmailSettings.current().conta("padrao")
    configure(
        email__host="smtp.exemplo.com.br",
        email__sender="a@exemplo.com.br",
        email__contas__matriz__host="mx.exemplo.com.br",
        email__contas__matriz__sender="m@exemplo.com.br",
    )
    assert sorted(EmailSettings.current().contas) == ["matriz", "padrao"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"sender": "nada"}, "não é um endereço de e-mail"),
        ({"sender": "E\r\nBcc: x <a@b.com>"}, "caracteres inválidos"),
        ({"host": "smtp://exemplo.com.br"}, "só o nome do servidor"),
        ({"host": ""}, "só o nome do servidor"),
        ({"user": "avisos"}, "user e password vêm juntos"),
        (
            {"user": "avisos", "password": "senha-1", "security": "none"},  # pragma: allowlist secret
            "a senha iria sem cifra",
        ),  # pragma: allowlist secret
        ({"security": "ssl"}, "deve ser um destes"),
    ],
)
def test_a_mistake_is_told_at_start_without_the_secret(configure: Configure, given: dict[str, str], said: str) -> None:
    configure(**{f"email__{key}": value for key, value in (GOOD | given).items()})
    with pytest.raises(Misconfigured) as told:
        get_settings()
    assert said in str(told.value)
    assert "senha-1" not in str(told.value)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_on_this_machine_a_password_needs_no_cipher(host: str) -> None:
    conta = ContaEmail.model_validate(GOOD | {"host": host, "security": "none", "user": "a", "password": "b"})
    assert "'b'" not in repr(conta)
