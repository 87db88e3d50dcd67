"""Note how an account's table stands, for alerts, metrics and people, who then need not ask the table itself."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.oracle import counting
from connectors.oracle.engine import password_expires
from core.clock import Clock
from core.errors import Bug, Misconfigured, PlatformError
from flows.fila.accounts import Fila
from storage.models.fila import FilaConta
from storage.session import transaction

REASON_LIMIT = 500


def note_counts(fila: Fila, clock: Clock) -> counting.Counts:
    """Count, and note it; the account is well."""
    with fila.transaction() as connection:
        found, expires = counting.count(connection, fila.layout), password_expires(connection)
    with transaction() as db:
        row = _row(db, fila.nome)
        row.visto_em, row.pendentes, row.reservadas, row.erros = clock.now(), found.pending, found.held, found.failed
        row.mais_antiga_segundos = found.oldest_seconds
        row.senha_vencendo = expires
        row.falha, row.falhando_desde, row.precisa_de_alguem = None, None, False
    return found


def note_fault(nome: str, fault: PlatformError, clock: Clock) -> None:
    """Note why an account cannot be looked at, and since when."""
    with transaction() as db:
        row = _row(db, nome)
        row.falha, row.falhando_desde = str(fault)[:REASON_LIMIT], row.falhando_desde or clock.now()
        row.precisa_de_alguem = isinstance(fault, Misconfigured | Bug)


def _row(db: Session, nome: str) -> FilaConta:
    found = db.scalar(select(FilaConta).where(FilaConta.conta == nome).with_for_update())
    if found is None:
        found = FilaConta(conta=nome, pendentes=0, reservadas=0, erros=0)
        db.add(found)
    return found
