"""What is looked after for queue tables: rows of dead workers, what was told long ago."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.capped import MOST_NOTED
from core.errors import PlatformError
from core.logs import get_logger
from core.settings.fila import FilaSettings
from core.settings.retencao import RetentionSettings
from core.upkeep import Upkeep
from flows.fila import accounts
from storage.capped import capped
from storage.forgetting import forget
from storage.models.fila import FilaConta, FilaLinha
from storage.rows import table_of

log = get_logger(__name__)


def give_back(now: datetime) -> int:
    """Let go of rows that dead processes of this host held; a table that does not answer is left to its leases."""
    total = 0
    for nome in FilaSettings.current().contas:
        try:
            fila = accounts.opened(nome)
            if fila.layout.leased:
                with fila.transaction() as connection:
                    total += fila.table.on(connection).after_crash(now)
        except PlatformError as fault:
            log.info("queue rows not given back", conta=nome, reason=str(fault))
    return total


def told_long_ago(now: datetime) -> Iterator[Mapping[str, int]]:
    """Forget rows sent long ago, of tables with states only: without states our record is the only memory."""
    marked = [nome for nome, conta in FilaSettings.current().contas.items() if conta.layout == "status"]
    lines, limit = table_of(FilaLinha), now - timedelta(days=RetentionSettings.current().eventos_dias)
    old = select(lines.c.id).where(lines.c.em < limit, lines.c.conta.in_(marked), ~lines.c.aguarda, ~lines.c.reenviar)
    return forget(lines, old.order_by(lines.c.em), "linhas de fila")


def depth(db: Session, now: datetime) -> Iterator[Metric]:
    """Tell rows by state and the age of the oldest, by the last look."""
    rows = GaugeMetricFamily("esteira_fila_linhas", "Linhas da fila por estado.", labels=["conta", "estado"])
    oldest = GaugeMetricFamily("esteira_fila_mais_antiga_segundos", "Espera da linha mais antiga.", labels=["conta"])
    for row in db.scalars(select(FilaConta)):
        for estado in ("pendentes", "reservadas", "erros"):
            rows.add_metric([row.conta, estado], getattr(row, estado))
        oldest.add_metric([row.conta], row.mais_antiga_segundos or 0)
    yield from (rows, oldest)


def close(_seconds: float) -> None:
    """Close the queues of this process."""
    accounts.close()


def samples(db: Session, since: datetime, until: datetime) -> Iterator[tuple[str, int]]:
    """Tell how many rows of queue tables wait by the last look, and how many were told in a minute."""
    waiting = db.scalar(select(func.sum(FilaConta.pendentes)))
    if waiting is not None:
        yield "linhas na fila do Oracle", int(waiting)
        told = select(FilaLinha.id).where(FilaLinha.em >= since, FilaLinha.em < until)
        yield "linhas avisadas por minuto", capped(db, told, MOST_NOTED).total


UPKEEP = Upkeep(
    retention=(told_long_ago,),
    metrics=(depth,),
    samples=(samples,),
    claims_elsewhere=(give_back,),
    at_stop=(close,),
)
