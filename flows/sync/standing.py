"""Where each flow stands, as a row that one run holds at a time: cursor, lock, last report."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from claims.sql import SqlClaims
from core.clock import Clock, passed
from core.errors import Misconfigured, PlatformError
from flows.sync.results import Report
from storage.models.sync import SyncFluxo
from storage.rows import add_missing
from storage.session import reading, transaction

REASON_LIMIT = 500


@dataclass(frozen=True)
class Held:
    """A flow's row as a run took it."""

    id: int
    cursor: datetime | None
    profunda_em: datetime | None
    relatorio: str | None

    @property
    def avisos(self) -> list[str]:
        """What the last daily look at both systems found."""
        found: list[str] = json.loads(self.relatorio or "{}").get("avisos", [])
        return found

    @property
    def continua(self) -> str:
        """Where the last run had to end its reading; "" where it did not."""
        return str(json.loads(self.relatorio or "{}").get("continua") or "")


@dataclass(frozen=True)
class Left:
    """What a run leaves behind of its lock."""

    id: int
    due_at: datetime


RUNS = SqlClaims(SyncFluxo, Held, Left)


def hold(conta: str, fluxo: str, token: str, now: datetime, lease: float) -> Held | None:
    """Take a flow for one run; None while another run has it."""
    with transaction() as db:
        add_missing(db, SyncFluxo, [{"conta": conta, "fluxo": fluxo, "due_at": now, "precisa_de_alguem": False}])
        mine = RUNS.on(db, SyncFluxo.conta == conta, SyncFluxo.fluxo == fluxo, early=True)
        found: Sequence[Held] = mine.claim(1, now, lease, token)
        if found:
            _row(db, found[0].id).iniciado_em = now
        return found[0] if found else None


def renew(held: Held, token: str, now: datetime, lease: float) -> bool:
    """Keep a flow for longer; tell whether it is still held."""
    with transaction() as db:
        return bool(RUNS.on(db).hold(token, [held.id], now + timedelta(seconds=lease)))


def moved(held: Held, cursor: datetime | None, *, deep: bool, clock: Clock) -> None:
    """Note how far everything is in the ledger."""
    with transaction() as db:
        row = _row(db, held.id)
        if cursor is not None and (row.cursor is None or cursor > row.cursor):
            row.cursor = cursor
        if deep:
            row.profunda_em = clock.now()


def ended(held: Held, token: str, report: Report, fault: PlatformError | None, clock: Clock) -> None:
    """Let go of a flow and note what its run came to; who does not have the flow any more says nothing of it."""
    now = clock.now()
    with transaction() as db:
        if not RUNS.on(db).settle(token, [Left(held.id, now)]):
            return
        row = _row(db, held.id)
        row.terminado_em, row.relatorio = now, json.dumps(report.as_dict(), ensure_ascii=False)
        if report.falha is None:
            row.bem_em, row.falha, row.falhando_desde, row.precisa_de_alguem = now, None, None, False
        else:
            row.falha, row.falhando_desde = report.falha[:REASON_LIMIT], passed(row.falhando_desde, now) or now
            row.precisa_de_alguem = isinstance(fault, Misconfigured)


def note_counts(conta: str, fluxo: str, contagens: dict[str, int], parked_since: datetime | None) -> None:
    """Note how the ledger stands, for alerts, metrics and people, who then need not ask it."""
    with transaction() as db:
        if (row := db.scalar(_one(conta, fluxo))) is not None:
            row.contagens, row.estacionado_desde = json.dumps(contagens), parked_since


def rows() -> list[SyncFluxo]:
    """Return every flow that ever ran."""
    with reading() as db:
        return list(db.scalars(select(SyncFluxo).order_by(SyncFluxo.conta, SyncFluxo.id)))


def cursor(conta: str, fluxo: str) -> datetime | None:
    """Return the cursor of a flow."""
    with reading() as db:
        row = db.scalar(_one(conta, fluxo))
        return row.cursor if row else None


def set_cursor(conta: str, fluxo: str, instant: datetime, now: datetime) -> None:
    """Put the cursor of a flow somewhere else, back or forth."""
    with transaction() as db:
        add_missing(db, SyncFluxo, [{"conta": conta, "fluxo": fluxo, "due_at": now, "precisa_de_alguem": False}])
        row = db.scalars(_one(conta, fluxo)).one()
        row.cursor = instant


def _one(conta: str, fluxo: str) -> Select[SyncFluxo]:
    return select(SyncFluxo).where(SyncFluxo.conta == conta, SyncFluxo.fluxo == fluxo)


def _row(db: Session, number: int) -> SyncFluxo:
    return db.get_one(SyncFluxo, number, populate_existing=True)
