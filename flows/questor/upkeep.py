"""What is looked after for Questor: accounts that answer, what dead senders held, lots that are done for long."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy import select
from sqlalchemy.orm import Session

from claims.crash import after_crash
from core.clock import FixedClock
from core.reach import connection_fault
from core.settings.questor import ContaQuestor, QuestorSettings
from core.settings.retencao import RetentionSettings
from core.upkeep import FAULT, OK, WARNING, Finding, Upkeep
from flows.questor import lots
from flows.questor.rows import PENDING, SEATS
from flows.questor.starting import start_with_worker
from storage.models import QuestorLote

THIS_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})
LONG_SECONDS = 90.0


def accounts() -> Iterator[Finding]:
    """Tell which accounts accept a connection, and what is unwise about them."""
    for nome, conta in QuestorSettings.current().contas.items():
        address = urlsplit(conta.base_url)
        port = address.port or {"http": 80, "https": 443}[address.scheme]
        if fault := connection_fault(address.hostname or "", port):
            yield Finding(f"questor {nome}", FAULT, fault, "Confira questor.office ou questor.base_url.")
            continue
        # no published call proves the key without reading somebody's documents
        advice = _advice(conta)
        shown = f"{conta.base_url} aceita conexão; a chave de acesso só é provada no primeiro envio"
        yield Finding(f"questor {nome}", WARNING if advice else OK, shown, advice)


def _advice(conta: ContaQuestor) -> str:
    address = urlsplit(conta.base_url)
    in_the_clear = address.scheme == "http" and address.hostname not in THIS_MACHINE
    advice = (
        (in_the_clear, "A chave de acesso viaja às claras: use https em questor.base_url."),
        (conta.total_timeout < LONG_SECONDS, "questor.total_timeout abaixo de 90 s deixa envios sem resposta."),
        (not conta.agreed_with_vendor, "Combine a carga com o fornecedor e anote em questor.agreed_with_vendor."),
    )
    return " ".join(text for wrong, text in advice if wrong)


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
    checks=(accounts,),
    retention=(old_lots,),
    metrics=(situations,),
    claims=(give_back,),
    at_start=(start_with_worker,),
)
