"""One attempt at a mail: what stops an account and what only one message, and how its reader is called."""

import json
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from support.avisos import pessoa
from support.smtp import MailServer

from core.clock import SYSTEM
from events.delivery.email import account, attempt, outcomes
from events.delivery.email.attempt import MOST_REFUSED, Account, Tried
from events.delivery.kind import Message
from events.delivery.outcome import DELIVERED, NO_TURN
from storage.models.destinos import Destino
from storage.models.eventos import Estado
from storage.session import reading

MESSAGE = Message("msg_1", "alerta_aberto", json.dumps({"dados": {"mensagem": "A caixa parou."}}).encode(), 1)
SPAM = "554 5.7.1 spam"


@pytest.fixture
def server(sqlite: str) -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


@pytest.fixture
def padrao(server: MailServer) -> Iterator[Account]:
    """The account of the server."""
    made = Account("padrao", server.conta())
    yield made
    made.connections.close()


def mailbox(address: str = "ana@exemplo.com.br", **values: object) -> Destino:
    return Destino(**{"id": 1, "tipo": "email", "url": address, "timeout": 60.0, **values})


def tried(one: Account, destino: Destino, seconds: float = 60.0) -> Tried:
    return one.attempt(destino, MESSAGE, time.monotonic() + seconds)


def stopped() -> list[str]:
    with reading() as db:
        return [row.motivo for row in account.stopped_accounts(db)]


def test_what_the_server_takes_is_delivered_with_its_word(padrao: Account, server: MailServer) -> None:
    assert tried(padrao, mailbox()) == Tried(DELIVERED, 250, "250 2.0.0 OK")
    assert [mail.recipient for mail in server.mails] == ["ana@exemplo.com.br"]


@pytest.mark.parametrize("address", ["", "ana", "ana@", "mailto:ana@exemplo.com.br\r\nBcc: x@y.z"])
def test_a_mailbox_without_an_address_stops_and_keeps_what_it_is_owed(
    padrao: Account, server: MailServer, address: str
) -> None:
    outcome = tried(padrao, mailbox(address)).outcome
    assert (outcome.name, outcome.estado, outcome.switch_off) == ("recusado", Estado.RETIDO, True)
    assert outcome.text
    assert (server.connections, stopped()) == (0, [])


def test_over_a_stopped_account_nothing_is_tried(padrao: Account, server: MailServer) -> None:
    account.stop("padrao", padrao.conta, "caiu", SYSTEM, trials=False)
    assert tried(padrao, mailbox()).outcome == outcomes.STOPPED
    assert server.connections == 0


def test_a_trial_that_arrives_lets_the_account_go_on(
    padrao: Account, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account, "TRIAL", timedelta(0))
    account.stop("padrao", padrao.conta, "caiu", SYSTEM, trials=True)
    assert tried(padrao, mailbox()).outcome == DELIVERED
    assert (len(server.mails), stopped()) == (1, [])


@pytest.mark.parametrize(("seconds", "least", "begun"), [(50.0, 100.0, True), (20.0, 100.0, False), (0.5, 1.0, False)])
def test_what_has_too_little_time_left_is_not_begun(
    padrao: Account,
    server: MailServer,
    monkeypatch: pytest.MonkeyPatch,
    seconds: float,
    least: float,
    begun: bool,
) -> None:
    """Too little is half of its own time, where that is short."""
    monkeypatch.setattr(attempt, "LEAST_SECONDS", least)
    assert (tried(padrao, mailbox(), seconds).outcome != NO_TURN) is begun
    assert len(server.tried) == begun


def test_a_refusal_by_rule_before_anything_went_through_means_the_account(padrao: Account, server: MailServer) -> None:
    server.answers["data"] = [SPAM]
    outcome = tried(padrao, mailbox()).outcome
    assert (outcome.name, outcome.untried, "spam" in outcome.text) == ("parado", True, True)
    assert len(stopped()) == 1


def refused(one: Account, *addresses: str) -> list[Estado]:
    return [tried(one, mailbox(address)).outcome.estado for address in addresses]


def test_afterwards_it_takes_as_many_different_addresses_in_a_row(padrao: Account, server: MailServer) -> None:
    server.answers["data"] = ["", SPAM]
    assert tried(padrao, mailbox()).outcome == DELIVERED
    others = [f"x{number}@exemplo.com.br" for number in range(MOST_REFUSED)]
    # one address as often as it likes
    assert refused(padrao, others[0], others[0], *others[:-1]) == [Estado.ESGOTADO] * (MOST_REFUSED + 1)
    assert stopped() == []
    assert tried(padrao, mailbox(others[-1])).outcome.untried
    assert len(stopped()) == 1


def test_one_that_goes_through_between_them_begins_the_count_anew(padrao: Account, server: MailServer) -> None:
    server.answers["data"] = ["", SPAM, SPAM, "", SPAM, SPAM]
    for good in ("ana@exemplo.com.br", "bia@exemplo.com.br"):
        assert tried(padrao, mailbox(good)).outcome == DELIVERED
        assert refused(padrao, f"x.{good}", f"y.{good}") == [Estado.ESGOTADO] * 2
    assert stopped() == []


def test_a_reader_is_called_by_the_first_name_else_as_they_sign_in(sqlite: str) -> None:
    ana, bia = pessoa("ana", first_name="Ana"), pessoa("bia", "bia@exemplo.com.br")
    names = [attempt._name(mailbox(usuario_id=number)) for number in (ana, bia, None, 99)]
    assert names == ["Ana", "bia", "", ""]
