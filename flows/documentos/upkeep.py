"""What is looked after for documents: what dead processes held, old logs, figures. No document is ever deleted."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy import exists, func, select, text
from sqlalchemy.orm import Session

from claims.crash import after_crash
from core.capped import MOST_NOTED
from core.clock import FixedClock
from core.settings.retencao import RetentionSettings
from core.upkeep import Upkeep
from flows.documentos.rows import FILES, REQUESTS
from storage.capped import capped
from storage.forgetting import BATCH, forget
from storage.models.documentos import Documento
from storage.models.importacoes import EstadoImportacao, Importacao, ImportLog
from storage.rows import table_of
from storage.session import transaction

LOGS, IMPORTS = table_of(ImportLog), table_of(Importacao)
ABANDONED = {
    "status": EstadoImportacao.ERRO.value,
    "motivo": "abandonado",
    "mensagem": "o arquivo esperou tempo demais para ser importado; importe-o de novo",
}


def give_back(now: datetime) -> int:
    """Let go of the requests and files that dead processes of this host had claimed."""
    return after_crash((REQUESTS, FILES), FixedClock(now))


def _before(now: datetime) -> datetime:
    return now - timedelta(days=RetentionSettings.current().importacoes_dias)


def abandoned(now: datetime) -> Iterator[Mapping[str, int]]:
    """Give up files that were to be imported long ago."""
    waiting = (LOGS.c.status == EstadoImportacao.PROCESSANDO.value, LOGS.c.data_importacao < _before(now))
    some = select(LOGS.c.id).where(*waiting).order_by(LOGS.c.id).limit(BATCH)
    while True:
        with transaction() as db:
            found = FILES.take_away(db, LOGS.c.id.in_(some), **ABANDONED)
        if not found:
            return
        yield {"importacoes_abandonadas": found}


def old_logs(now: datetime) -> Iterator[Mapping[str, int]]:
    """Delete what was noted of files that were imported long ago; errors stay."""
    done = (LOGS.c.status == EstadoImportacao.SUCESSO.value, LOGS.c.data_importacao < _before(now))
    old = select(LOGS.c.id).where(*done).order_by(LOGS.c.id)
    return forget(LOGS, old, "registros_de_importacao")


def old_requests(now: datetime) -> Iterator[Mapping[str, int]]:
    """Delete requests that ended long ago and of whose files nothing is noted any more."""
    empty = ~exists().where(LOGS.c.importacao_id == IMPORTS.c.id)
    old = select(IMPORTS.c.id).where(IMPORTS.c.concluida_em < _before(now), empty).order_by(IMPORTS.c.id)
    return forget(IMPORTS, old, "importacoes")


def figures(db: Session, now: datetime) -> Iterator[Metric]:
    """Tell how many documents of each kind and state came within a day, and how many files are owed."""
    found = GaugeMetricFamily("esteira_documentos_dia", "Documentos das últimas 24 h.", labels=["especie", "situacao"])
    groups, since = (Documento.especie, Documento.situacao), now - timedelta(days=1)
    counted = select(*groups, func.count()).where(Documento.data_importacao >= since).group_by(*groups)
    for especie, situacao, amount in db.execute(counted.order_by(*groups)):
        found.add_metric([especie, situacao], amount)
    owed = GaugeMetricFamily("esteira_documentos_devidos", "Arquivos que esperam por importação.")
    oldest = GaugeMetricFamily("esteira_documentos_devidos_mais_antigo_segundos", "Espera do arquivo mais antigo.")
    # as the index says it
    waiting = select(func.count(), func.min(ImportLog.data_importacao)).where(text("import_log.status = 'processando'"))
    total, first = db.execute(waiting).one()
    owed.add_metric([], total)
    oldest.add_metric([], max((now - first).total_seconds(), 0.0) if first else 0.0)
    yield from (found, owed, oldest)


def samples(db: Session, since: datetime, until: datetime) -> Iterator[tuple[str, int]]:
    """Tell how many files wait to be imported, and of how many the outcome was noted in a minute."""
    # as the index says it
    waits = text("import_log.status = 'processando'")
    yield "arquivos a importar", capped(db, select(ImportLog.id).where(waits), MOST_NOTED).total
    done = (ImportLog.data_importacao >= since, ImportLog.data_importacao < until)
    yield (
        "arquivos importados por minuto",
        capped(
            db, select(ImportLog.id).where(*done, ImportLog.status != EstadoImportacao.PROCESSANDO), MOST_NOTED
        ).total,
    )


UPKEEP = Upkeep(
    retention=(abandoned, old_logs, old_requests),
    metrics=(figures,),
    samples=(samples,),
    claims=(give_back,),
)
