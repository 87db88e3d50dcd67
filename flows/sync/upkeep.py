"""What is looked after for the sync: systems that answer, items of dead workers, events told long ago, figures."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from claims.crash import after_crash
from core.clock import FixedClock
from core.errors import PlatformError
from core.logs import get_logger
from core.settings.retencao import RetentionSettings
from core.settings.sync import CLIENTES_MP, SyncSettings
from core.upkeep import Upkeep
from flows.sync.ledger.opening import open_ledger
from flows.sync.standing import RUNS
from storage.forgetting import forget
from storage.models.sync import SyncAviso, SyncFluxo, SyncGancho
from storage.rows import changed, table_of
from storage.session import transaction

BATCH, HINTS_DAYS = 1000, 30
log = get_logger(__name__)


def give_back(now: datetime) -> int:
    """Let go of runs, and of items of our own ledger, that dead processes of this host held."""
    return after_crash((RUNS,), FixedClock(now)) + _of_ledgers(now, elsewhere=False)


def give_back_elsewhere(now: datetime) -> int:
    """Let go of items that they held in ledgers of somebody else."""
    return _of_ledgers(now, elsewhere=True)


def _of_ledgers(now: datetime, *, elsewhere: bool) -> int:
    """Let go of items; a ledger that does not answer is left to its leases."""
    total, contas = 0, SyncSettings.current().contas
    for nome in (nome for nome, conta in contas.items() if (conta.ledger_url is not None) == elsewhere):
        try:
            total += open_ledger(nome).after_crash(now)
        except PlatformError as fault:
            log.info("sync items not given back", conta=nome, reason=str(fault))
    return total


def told_long_ago(now: datetime) -> Iterator[Mapping[str, int]]:
    """Forget that an event was recorded, long after its item says so, too; the ledger itself is kept for ever."""
    told, limit = table_of(SyncAviso), now - timedelta(days=RetentionSettings.current().eventos_dias)
    key = (told.c.conta, told.c.livro, told.c.marca)
    old = select(*key).where(told.c.em < limit).limit(BATCH)
    while True:
        with transaction() as db:
            gone = changed(db, delete(told).where(tuple_(*key).in_(old)))
        if not gone:
            return
        yield {"avisos da sincronia": gone}


def told_by_webhooks(now: datetime) -> Iterator[Mapping[str, int]]:
    """Forget what a webhook told of a flow that no longer runs."""
    hints = table_of(SyncGancho)
    before = now - timedelta(days=HINTS_DAYS)
    yield from forget(hints, select(hints.c.id).where(hints.c.recebido_em < before), "avisos do Ploomes")


def figures(db: Session, now: datetime) -> Iterator[Metric]:
    """Tell items by flow and state, and the age of each cursor, by the last run."""
    items = GaugeMetricFamily("esteira_sync_itens", "Itens por situação.", labels=["conta", "fluxo", "situacao"])
    age = GaugeMetricFamily("esteira_sync_cursor_segundos", "Idade do cursor.", labels=["conta", "fluxo"])
    for row in db.scalars(select(SyncFluxo)):
        for situacao, amount in json.loads(row.contagens or "{}").items():
            items.add_metric([row.conta, row.fluxo, situacao], amount)
        if row.cursor is not None and row.fluxo != CLIENTES_MP:
            age.add_metric([row.conta, row.fluxo], (now - row.cursor).total_seconds())
    yield from (items, age)


def close(_seconds: float) -> None:
    """Close the ledgers of this process."""
    if any(conta.ledger_url for conta in SyncSettings.current().contas.values()):
        from flows.sync.ledger import mongo_client

        mongo_client.close()


UPKEEP = Upkeep(
    retention=(told_long_ago, told_by_webhooks),
    metrics=(figures,),
    claims=(give_back,),
    claims_elsewhere=(give_back_elsewhere,),
    at_stop=(close,),
)
