"""A mailbox: each event is a notice that a person reads. It is delivered when the mail server took it."""

import importlib
import json
import sys
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from claims.bucket import Bucket
from core.email_address import checked_mailbox
from core.errors import UsageError
from core.settings.deliveries import DeliverySettings
from core.settings.email import EmailSettings
from events.delivery.email import account
from events.delivery.kind import Checked, Kind, Made, Message, Said
from events.delivery.rows import LONGEST_TIMEOUT
from storage.models.destinos import Destino

# Loaded where something is sent.
SENDER = "events.delivery.email.sender"
LOST = "a conta de e-mail {nome!r} não está na configuração: nada sai"
INCLUDE = "Inclua a conta na seção email, ou mude a opção `conta` do destino com `esteira destinos alterar {id}`."
NO_ACCOUNT = "A conta de e-mail {nome!r} não está na configuração ([email]): nada sai enquanto ela faltar."


class Email(Kind):
    """One address; the account that it goes over is an option, its server and password are settings."""

    tipo = account.TIPO
    takes = frozenset(["opcoes"])
    # Two at once could not be told apart from one that was folded into a summary meanwhile.
    at_once = 1
    repeats_cost = True

    async def deliver(self, destino: Destino, message: Message, now: datetime) -> Made:
        """Make one attempt in a thread: a dialogue with a mail server is many questions and answers."""
        began = time.monotonic()
        tried = await importlib.import_module(SENDER).of_process().send(destino, message)
        elapsed = int((time.monotonic() - began) * 1000)
        return Made(tried.outcome, now, elapsed, tried.status, tried.said)

    def checked(self, said: Said) -> Checked:
        """Return its columns: the address, as it goes over the wire, and the account."""
        if said.segredo is not None:
            raise UsageError("Um destino email não tem segredo; a senha é da conta, na configuração.", campo="segredo")
        if unknown := sorted(said.opcoes.keys() - {account.CONTA}):
            raise UsageError(f"Um destino email não tem a opção {unknown[0]!r}. Há: {account.CONTA}.", campo="opcao")
        nome = said.opcoes.get(account.CONTA) or EmailSettings.current().meant()
        columns = {
            "url": checked_mailbox(said.url).address,
            "opcoes": json.dumps({account.CONTA: nome}, ensure_ascii=False),
            # a mail server thinks long before it answers
            "timeout": LONGEST_TIMEOUT,
        }
        return Checked(columns, aviso=None if account.settings_of(nome) else NO_ACCOUNT.format(nome=nome))

    def lacks(self, destino: Destino) -> tuple[str, str] | None:
        """Tell of an account that the settings do not have."""
        nome = account.name_of(destino)
        if account.settings_of(nome) is not None:
            return None
        return LOST.format(nome=nome), INCLUDE.format(id=destino.id)

    def bucket(self, destino: Destino, settings: DeliverySettings) -> Bucket | None:
        """Return the bucket of the recipient's domain: one that wants less is slowed for all who write to it."""
        nome = account.name_of(destino)
        conta = account.settings_of(nome)
        if conta is None:
            return None
        domain = destino.url.rpartition("@")[2]
        return Bucket(f"email:{domain}"[:300], conta.domain_burst, conta.domain_refill_seconds, nome)

    def task(self, *, lento: bool) -> str:
        """Return the task of a queue of its own: mail servers are slow, and let few connections in."""
        return "entregas.drenar_email"

    def shown(self, destino: Destino) -> Mapping[str, Any]:
        """Return its account."""
        return {account.CONTA: account.name_of(destino)}

    def prepare(self) -> None:
        """Load the libraries."""
        importlib.import_module(SENDER)

    def close(self) -> None:
        """Close this process's connections."""
        if SENDER in sys.modules:
            sys.modules[SENDER].close()


KIND = Email()
