"""The test button of an account: one message over the one that is meant, and a stopped one goes on if it arrives."""

from collections.abc import Iterator

import pytest
from conftest import Configure
from support.smtp import SENDER, MailServer

from connectors.email import domain
from core.clock import SYSTEM
from core.errors import Misconfigured, UsageError
from events.delivery.email import account
from flows.email import trying
from flows.email.trying import resume, try_out
from storage.session import reading

ANA = "ana@exemplo.com.br"


@pytest.fixture(autouse=True)
def no_dns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(domain, "PATIENCE_SECONDS", 0.0)


@pytest.fixture
def server(sqlite: str) -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


def accounts(configure: Configure, server: MailServer, *names: str) -> None:
    """Let accounts of these names lead to the server."""
    own = {"host": server.host, "port": str(server.port), "security": "none", "sender": SENDER}
    configure(**{f"email__contas__{name}__{key}": value for name in names for key, value in own.items()})


def stopped() -> list[str]:
    with reading() as db:
        return [row.conta for row in account.stopped_accounts(db)]


def stop(name: str) -> None:
    conta = account.settings_of(name)
    assert conta is not None
    account.stop(name, conta, "caiu", SYSTEM, trials=False)


def test_without_a_name_the_only_account_is_meant(server: MailServer, configure: Configure) -> None:
    accounts(configure, server, "matriz")
    assert try_out(ANA) == trying.Tested("matriz", ANA, True, 250, "250 2.0.0 OK", False, ())
    (mail,) = server.mails
    assert (mail.recipient, mail.message["Subject"]) == (ANA, "Teste da Esteira")
    assert "A conta de e-mail matriz" in mail.message.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_of_several_one_has_to_be_named(server: MailServer, configure: Configure) -> None:
    accounts(configure, server, "matriz", "filial")
    with pytest.raises(UsageError, match="Há várias contas"):
        try_out(ANA)
    with pytest.raises(UsageError, match="Há várias contas"):
        resume()
    assert try_out(ANA, "filial").conta == "filial"
    with pytest.raises(Misconfigured, match="outra"):
        resume("outra")


def test_an_address_that_is_none_is_told_at_its_field_and_nothing_leaves(
    server: MailServer, configure: Configure
) -> None:
    accounts(configure, server, "padrao")
    with pytest.raises(UsageError) as told:
        try_out("ana")
    assert (told.value.campo, server.connections) == ("endereco", 0)


def test_only_a_message_that_arrives_lets_a_stopped_account_go_on(server: MailServer, configure: Configure) -> None:
    accounts(configure, server, "padrao", "filial")
    stop("padrao")
    stop("filial")
    server.answers["rcpt"] = ["550 5.1.1 nobody", ""]
    refused = try_out(ANA, "padrao")
    assert (refused.sucesso, refused.status_code, refused.estava_parada) == (False, 550, False)
    assert stopped() == ["filial", "padrao"]
    assert try_out(ANA, "padrao").estava_parada
    assert stopped() == ["filial"]


def test_by_hand_it_goes_on_without_a_message_and_once(server: MailServer, configure: Configure) -> None:
    accounts(configure, server, "padrao")
    stop("padrao")
    assert [resume() for _ in range(2)] == [("padrao", True), ("padrao", False)]
    assert server.connections == 0
