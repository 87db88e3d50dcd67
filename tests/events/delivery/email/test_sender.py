"""The mail of a process: as many turns as an account has connections, given back whatever happens."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

import pytest
from conftest import Configure
from support.smtp import SENDER, MailServer

from core.settings.email import ContaEmail
from events.delivery.email import account, outcomes
from events.delivery.email.attempt import Tried
from events.delivery.email.sender import Sender
from events.delivery.kind import Message
from events.delivery.outcome import DELIVERED, NO_TURN
from storage.models.destinos import Destino

T = TypeVar("T")
CORPO = json.dumps({"dados": {"mensagem": "A caixa parou."}}).encode()
MESSAGE = Message("msg_1", "alerta_aberto", CORPO, 1)
BROKEN = Message("msg_2", "alerta_aberto", b"{", 1)


@pytest.fixture
def server(sqlite: str, configure: Configure) -> Iterator[MailServer]:
    with MailServer() as running:
        configure(
            email__host=running.host,
            email__port=str(running.port),
            email__security="none",
            email__sender=SENDER,
            email__connections="2",
        )
        yield running


def mailbox(timeout: float = 60.0, conta: str | None = None) -> Destino:
    opcoes = json.dumps({"conta": conta}) if conta else None
    return Destino(id=1, tipo="email", url="ana@exemplo.com.br", timeout=timeout, opcoes=opcoes)


def conta() -> ContaEmail:
    found = account.settings_of("padrao")
    assert found is not None
    return found


def used(do: Callable[[Sender], Awaitable[T]]) -> T:
    """Do something with a sender of its own."""

    async def whole() -> T:
        return await do(one)

    one = Sender()
    try:
        return asyncio.run(whole())
    finally:
        one.close()


def test_a_mail_goes_over_the_account_of_its_destination(server: MailServer) -> None:
    assert used(lambda one: one.send(mailbox(), MESSAGE)).outcome == DELIVERED
    assert len(server.mails) == 1


def test_without_its_account_nothing_is_tried(server: MailServer) -> None:
    assert used(lambda one: one.send(mailbox(conta="outra"), MESSAGE)) == Tried(outcomes.STOPPED)
    assert server.connections == 0


def test_who_finds_no_turn_in_time_is_put_off_and_takes_none_from_others(server: MailServer) -> None:
    async def crowded(one: Sender) -> tuple[Tried, bool, Tried]:
        turns = one._turns("padrao", conta())
        for _ in range(2):
            await turns.free.acquire()
        late = await one.send(mailbox(timeout=1.0), MESSAGE)
        locked = turns.free.locked()
        turns.free.release()
        return late, locked, await one.send(mailbox(), MESSAGE)

    late, locked, after = used(crowded)
    assert (late, locked, after.outcome) == (Tried(NO_TURN), True, DELIVERED)
    assert len(server.mails) == 1


def test_a_turn_is_given_back_after_a_bug_too(server: MailServer) -> None:
    async def failing(one: Sender) -> Tried:
        for _ in range(3):
            with pytest.raises(ValueError, match="Expecting"):
                await one.send(mailbox(), BROKEN)
        return await one.send(mailbox(), MESSAGE)

    assert used(failing).outcome == DELIVERED


def test_all_mailboxes_of_an_account_share_its_turns_until_its_settings_change(
    server: MailServer, configure: Configure
) -> None:
    one = Sender()
    first = one._turns("padrao", conta())
    assert one._turns("padrao", conta()) is first
    configure(email__connections="3")
    assert one._turns("padrao", conta()) is not first
    one.close()


def test_connections_are_kept_for_the_next_mail(server: MailServer) -> None:
    async def twice(one: Sender) -> list[Tried]:
        return [await one.send(mailbox(), MESSAGE) for _ in range(2)]

    assert [one.outcome for one in used(twice)] == [DELIVERED] * 2
    assert (server.connections, len(server.mails)) == (1, 2)
