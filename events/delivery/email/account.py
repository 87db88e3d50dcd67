"""The account that a destination's mail goes over, and its state: where it is stopped, nothing is tried.

A fault of the whole account (a refused password, a certificate, a server that does not exist) costs no delivery an
attempt. It stops the account: a row, seen by `diagnostico` and as an alert. What is owed waits, until the settings are
others, somebody says that it is well, or a trial shows it.
"""

import hmac
import json
from datetime import datetime, timedelta
from enum import Enum

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from claims.bucket import CLOCKS_DIFFER
from core.clock import Clock
from core.errors import Misconfigured
from core.logs import get_logger
from core.settings.accounts import PADRAO
from core.settings.email import ContaEmail, EmailSettings
from events import wake
from events.delivery.email.outcomes import STOPPED_SECONDS
from events.delivery.kind import task_of
from events.delivery.rows import ROWS
from storage import crypto
from storage.models.destinos import Destino
from storage.models.email import ContaParada
from storage.models.eventos import Delivery, Estado
from storage.rows import add_missing, changed
from storage.session import reading, transaction

TIPO = "email"
CONTA = "conta"
TRIAL = timedelta(minutes=15)
log = get_logger(__name__)


def name_of(destino: Destino) -> str:
    """Return the name of a destination's account."""
    return str(json.loads(destino.opcoes or "{}").get(CONTA, PADRAO))


def settings_of(nome: str) -> ContaEmail | None:
    """Return an account; none where the settings know it no more."""
    return EmailSettings.current().contas.get(nome)


def signature(conta: ContaEmail) -> str:
    """Return a digest of an account's settings: with others a stopped account is tried again."""
    secret = conta.password.get_secret_value() if conta.password else ""
    said = (conta.host, str(conta.service), conta.security, conta.user or "", secret, conta.sender, _authority(conta))
    return crypto.ring().fingerprint("\n".join(("email.conta", *said)))


def _authority(conta: ContaEmail) -> str:
    """Return what the file of its authority says; nothing where it cannot be read, which stops the account."""
    try:
        return conta.ca.read_bytes().hex() if conta.ca else ""
    except OSError:
        return ""


class Leave(Enum):
    """Whether a message may go over an account; a trial shows whether a stopped one is well again."""

    GIVEN = "given"
    TRIAL = "trial"
    REFUSED = "refused"


def leave(nome: str, conta: ContaEmail, clock: Clock) -> Leave:
    """Return whether a message may go over an account now; of a stopped one only the trial that is due."""
    with reading() as db:
        stopped = db.get(ContaParada, nome)
    if stopped is None:
        return Leave.GIVEN
    if not hmac.compare_digest(stopped.assinatura, signature(conta)):
        resume(nome, clock)
        return Leave.GIVEN
    mine = stopped.tentar_em is not None and _trial(nome, stopped.tentar_em, clock.now())
    return Leave.TRIAL if mine else Leave.REFUSED


def _trial(nome: str, due: datetime, now: datetime) -> bool:
    """Take the trial that is due, unless somebody else has it; one that no clock but a wrong one put off so far is."""
    if now < due <= now + TRIAL + CLOCKS_DIFFER:
        return False
    with transaction() as db:
        mine = update(ContaParada).where(ContaParada.conta == nome, ContaParada.tentar_em == due)
        return bool(changed(db, mine.values(tentar_em=now + TRIAL)))


def stop(nome: str, conta: ContaEmail, reason: str, clock: Clock, *, trials: bool) -> None:
    """Stop an account; one that is stopped already keeps since when."""
    now = clock.now()
    said = {
        "motivo": reason[:500],
        "assinatura": signature(conta),
        "tentar_em": now + TRIAL if trials else None,
    }
    with transaction() as db:
        add_missing(db, ContaParada, [{"conta": nome, "parada_em": now, **said}])
        db.execute(update(ContaParada).where(ContaParada.conta == nome).values(**said))
    log.error("mail account stopped", conta=nome, reason=reason)


def resume(nome: str, clock: Clock) -> bool:
    """Let an account go on, and what waited for it now; tell whether it was stopped."""
    with transaction() as db:
        if not changed(db, delete(ContaParada).where(ContaParada.conta == nome)):
            return False
        _wake(db, nome, clock.now())
    log.info("mail account goes on", conta=nome)
    return True


def stopped_accounts(db: Session) -> list[ContaParada]:
    """Return the accounts that are stopped."""
    return list(db.scalars(select(ContaParada).order_by(ContaParada.conta)))


def destinations(db: Session, nome: str) -> list[Destino]:
    """Return the destinations of an account."""
    found = db.scalars(select(Destino).where(Destino.tipo == TIPO).order_by(Destino.id))
    return [one for one in found if _is_of(one, nome)]


def _is_of(destino: Destino, nome: str) -> bool:
    """Tell whether a destination goes over an account; one whose options no key opens goes over none."""
    try:
        return name_of(destino) == nome
    except Misconfigured:
        return False


def _wake(db: Session, nome: str, now: datetime) -> None:
    for destino in destinations(db, nome):
        soon = ROWS.overdue(now + timedelta(seconds=STOPPED_SECONDS))
        if ROWS.owe(db, now, Delivery.destino_id == destino.id, Delivery.estado == Estado.PENDENTE, soon):
            wake.after_commit(db, {destino.id: task_of(TIPO, destino.lento)})
