"""The test button of an account: one message now, whatever its state; where it arrives, the account goes on."""

import secrets
from dataclasses import dataclass

from connectors.base.faults import Fault
from connectors.email import Connections, Envelope
from connectors.email.domain import hints
from core.clock import SYSTEM, Clock
from core.email_address import checked_mailbox
from core.settings.core import CoreSettings
from core.settings.email import EmailSettings
from events.delivery.email import account
from events.email.message import Heading, compose
from events.email.rendering import render_event

EVENTO = "teste"


@dataclass(frozen=True)
class Tested:
    """How it went: what the server said, what to look at in DNS, and whether the account was stopped before."""

    conta: str
    endereco: str
    sucesso: bool
    status_code: int
    resposta: str
    estava_parada: bool
    dicas: tuple[str, ...] = ()


def try_out(endereco: str, conta: str | None = None, clock: Clock = SYSTEM) -> Tested:
    """Send a message to an address over an account (the only one, unless it is named)."""
    settings = EmailSettings.current()
    nome = conta or settings.meant()
    chosen, recipient = settings.conta(nome), checked_mailbox(endereco, "endereco")
    now = clock.now().astimezone(CoreSettings.current().zone)
    heading = Heading(chosen.mailbox, recipient, f"teste.{secrets.token_hex(12)}", now)
    said = {"titulo": "Teste da Esteira", "mensagem": f"A conta de e-mail {nome} da Esteira envia mensagens."}
    written = render_event(EVENTO, said)
    tips = tuple(hints(chosen))
    with Connections(nome, chosen) as connections:
        try:
            answer = connections.send(Envelope(heading.sender, recipient, compose(written, heading)))
        except Fault as fault:
            return Tested(nome, recipient.address, False, fault.status or 0, str(fault), False, tips)
    was_stopped = account.resume(nome, clock)
    return Tested(nome, recipient.address, True, int(answer[:3]), answer, was_stopped, tips)


def resume(conta: str | None = None, clock: Clock = SYSTEM) -> tuple[str, bool]:
    """Let a stopped account go on; return its name and whether it was stopped."""
    nome = conta or EmailSettings.current().meant()
    EmailSettings.current().conta(nome)
    return nome, account.resume(nome, clock)
