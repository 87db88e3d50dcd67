"""What is looked after for boxes: reachable, judged by sound conditions, their history of a sensible size."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from alerts.sat.guests import load as load_guests
from core.clock import FixedClock
from core.reach import connection_fault
from core.settings.retencao import RetentionSettings
from core.settings.sat import BoxSettings, SatSettings, same_equipment
from core.upkeep import FAULT, OK, WARNING, Finding, Upkeep
from flows.sat.boxes import check_all_soon
from flows.sat.known_boxes import merged, unreadable
from flows.sat.rows import recover
from storage.models import Caixa, CaixaHistorico
from storage.rows import delete_chosen, table_of
from storage.session import transaction

BATCH = 1000
HISTORY = table_of(CaixaHistorico)


def boxes() -> Iterator[Finding]:
    """Tell which boxes of the settings accept a connection; the boxes themselves are asked nothing."""
    same = merged()
    for box in SatSettings.current().boxes:
        if box.name not in same:
            fault = _fault(box)
            yield Finding(
                f"caixa {box.name}", FAULT if fault else OK, fault or "acessível", fault and "Veja sat.boxes."
            )


def unasked() -> Iterator[Finding]:
    """Tell which boxes are not asked: another one is the same equipment, or what was stored is no longer valid."""
    mine = {box.name for box in SatSettings.current().boxes}
    for nome, box in merged().items():
        advice = "Tire-a de sat.boxes." if nome in mine else f"Tire-a com `esteira sat remover {nome}`."
        yield Finding(f"caixa {nome}", WARNING, f"não é consultada: {same_equipment(box)}", advice)
    for nome, mistakes in unreadable().items():
        yield Finding(f"caixa {nome}", FAULT, f"não é consultada: {mistakes}", "Importe-a de novo, corrigida.")


def _fault(box: BoxSettings) -> str:
    if box.kind == "local":
        return "" if box.library and box.library.is_file() else f"a biblioteca {box.library} não existe"
    return connection_fault(box.host or "", box.port)


def guests() -> Iterator[Finding]:
    """Tell which conditions of others could not be loaded."""
    for said in load_guests():
        yield Finding("alertas próprios", FAULT, said, "Confira sat.alert_modules ou reinstale o pacote.")


def history(now: datetime) -> Iterator[Mapping[str, int]]:
    """Delete old changes of boxes."""
    before = now - timedelta(days=RetentionSettings.current().historico_dias)
    # The numbers rise with time, and no index on the instants is worth its writing.
    old = select(HISTORY.c.id).where(HISTORY.c.em < before).order_by(HISTORY.c.id).limit(BATCH)
    while True:
        with transaction() as db:
            gone = delete_chosen(db, HISTORY, old)
        if not gone:
            return
        yield {"historico": gone}


def results(db: Session, now: datetime) -> Iterator[Metric]:
    """Tell how many boxes had which result last, and how late the check is that is most overdue."""
    found = GaugeMetricFamily("esteira_sat_caixas", "Caixas por último resultado.", labels=["resultado"])
    query = select(Caixa.resultado, func.count()).where(Caixa.ativo).group_by(Caixa.resultado)
    for resultado, amount in db.execute(query.order_by(Caixa.resultado)):
        found.add_metric([resultado or "nenhum"], amount)
    late = GaugeMetricFamily("esteira_sat_atraso_segundos", "Atraso da consulta vencida mais antiga.")
    first = db.scalar(select(func.min(Caixa.due_at)).where(Caixa.ativo, Caixa.parada.is_(False)))
    late.add_metric([], max((now - first).total_seconds(), 0.0) if first else 0.0)
    yield from (found, late)


def give_back(now: datetime) -> int:
    """Give back the boxes that dead processes of this host were asking."""
    return recover(FixedClock(now))


UPKEEP = Upkeep(
    checks=(boxes, unasked, guests),
    retention=(history,),
    metrics=(results,),
    claims=(give_back,),
    at_start=(check_all_soon,),
)
