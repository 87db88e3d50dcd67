"""What is looked after for Questor: what dead senders held, lots that are done for long."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy import select
from sqlalchemy.orm import Session

from claims.crash import after_crash
from core.clock import FixedClock
from core.settings.retencao import RetentionSettings
from core.upkeep import Upkeep
from flows.questor import lots
from flows.questor.rows import PENDING, SEATS
from flows.questor.starting import start_with_worker
from storage.models.questor import QuestorLote


def situations(db: Session, now: datetime) -> Iterator[Metric]:
    """Tell how many lots are how far."""
    found = dict.fromkeys(("varrido", "enviando", "pausado", "parado", "concluido"), 0)
    for lote in db.scalars(select(QuestorLote)):
        found[_how_far(lote)] += 1
    family = GaugeMetricFamily("esteira_questor_lotes", "Lotes do Questor por situação.", labels=["situacao"])
    for situacao, amount in found.items():
        family.add_metric([situacao], amount)
    yield family


def _how_far(lote: QuestorLote) -> str:
    for name in ("concluido", "parado", "pausado"):
        if getattr(lote, f"{name}_em") is not None:
            return name
    return "enviando" if lote.enviar else "varrido"


def give_back(now: datetime) -> int:
    """Let go of the documents that dead senders of this host had claimed: they stay unknown until asked for."""
    return after_crash((PENDING, SEATS), FixedClock(now))


def old_lots(now: datetime) -> Iterator[Mapping[str, int]]:
    """Delete lots that were done long ago, batch by batch."""
    for lote_id in lots.old(now - timedelta(days=RetentionSettings.current().lotes_dias)):
        for gone in lots.forget(lote_id):
            yield {"arquivos": gone}


UPKEEP = Upkeep(
    retention=(old_lots,),
    metrics=(situations,),
    claims=(give_back,),
    at_start=(start_with_worker,),
)
