"""What a user is told by mail: where, which notices, and when not."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.clock import SYSTEM, Clock
from core.settings.email import EmailSettings
from events.email import mailbox
from flows.usuarios.finding import named
from storage.session import transaction


@dataclass(frozen=True)
class AvisosView:
    """The preferences of a user; `situacao` is ligado, desligado, sem conta, or recusado: then `motivo` says why.

    `proprio` is the user's own address: where none was chosen, the end of a certificate is told there.
    """

    usuario: str
    email: str
    proprio: str
    avisos: tuple[str, ...]
    silencio: str | None
    conta: str | None
    situacao: str
    motivo: str | None


def mudar(
    usuario: str,
    *,
    email: str | None = None,
    avisos: Sequence[str] | None = None,
    silencio: str | None = None,
    notificar: bool | None = None,
    conta: str | None = None,
    clock: Clock = SYSTEM,
) -> AvisosView:
    """Change what is said of a user's preferences, and return them; what is not said stays.

    Raises:
        NotFound: there is no such user.
        UsageError: an address, a notice or hours that are none.
    """
    new = mailbox.Change(endereco=email, ativo=notificar, avisos=avisos, silencio=silencio, conta=conta)
    with transaction() as db:
        user = named(db, usuario)
        kept = mailbox.of(db, user.id) if new == mailbox.Change() else mailbox.keep(db, user.id, new, clock)
        name, own = user.username, user.email
    return AvisosView(name, kept.endereco, own, kept.avisos, kept.silencio, kept.conta, _situation(kept), kept.motivo)


def _situation(kept: mailbox.Caixa) -> str:
    if kept.motivo is not None:
        return "recusado"
    if kept.ativo and kept.endereco and kept.conta not in EmailSettings.current().contas:
        return "sem conta"
    return "ligado" if kept.ativo else "desligado"
