"""Accounts of e-mail as people see them; never a password."""

from dataclasses import dataclass
from datetime import datetime

from core.settings.email import EmailSettings
from events.delivery.email import account
from storage.session import reading


@dataclass(frozen=True)
class ContaView:
    """One account; `parada_em` and `motivo` where nothing goes over it."""

    nome: str
    servidor: str
    seguranca: str
    remetente: str
    parada_em: datetime | None
    motivo: str | None


def contas() -> list[ContaView]:
    """Return the accounts of the settings."""
    with reading() as db:
        stopped = {one.conta: one for one in account.stopped_accounts(db)}
    return [
        ContaView(
            nome,
            f"{conta.host}:{conta.service}",
            conta.security,
            conta.sender,
            stopped[nome].parada_em if nome in stopped else None,
            stopped[nome].motivo if nome in stopped else None,
        )
        for nome, conta in sorted(EmailSettings.current().contas.items())
    ]
