"""The figures of deliveries: how many are due, in flight and stopped, how late the oldest is, how fast the first is."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from claims import last_times
from events.delivery.kind import kinds as all_kinds
from events.delivery.latency import BOUNDS_MS, INFINITE_MS
from events.delivery.rows import ROWS
from events.delivery.sweep import SWEEP
from storage.models.destinos import Destino, Latencia
from storage.models.eventos import OPEN_SQL, Delivery, Estado

STOPPED = (Estado.ESGOTADO, Estado.RETIDO, Estado.BLOQUEADO)


@dataclass
class Waiting:
    """The deliveries of one kind of destination; `oldest` is the seconds its oldest due row has waited."""

    due: int = 0
    in_flight: int = 0
    oldest: float = 0.0
    states: Counter[str] = field(default_factory=Counter)


def queues(db: Session, now: datetime) -> Iterator[Metric]:
    """Tell of the deliveries of each kind, zeros included."""
    due = GaugeMetricFamily("esteira_entregas_vencidas", "Entregas cuja hora chegou.", labels=["tipo"])
    flying = GaugeMetricFamily("esteira_entregas_em_voo", "Entregas nas mãos de um worker.", labels=["tipo"])
    states = GaugeMetricFamily("esteira_entregas", "Entregas por estado.", labels=["tipo", "estado"])
    said = "Atraso da entrega vencida mais antiga."
    oldest = GaugeMetricFamily("esteira_entrega_mais_antiga_segundos", said, labels=["tipo"])
    for kind, waiting in _counted(db, now).items():
        due.add_metric([kind], waiting.due)
        flying.add_metric([kind], waiting.in_flight)
        oldest.add_metric([kind], waiting.oldest)
        for state in (Estado.PENDENTE, *STOPPED):
            # The queries are not one instant: a row claimed between them may be counted twice.
            states.add_metric([kind, state], max(waiting.states[state], 0))
    yield from (due, flying, states, oldest)


def _counted(db: Session, now: datetime) -> dict[str, Waiting]:
    """Count deliveries by kind. Each query stays within one index, and none touches what was delivered."""
    kinds = {row.id: row.tipo for row in db.execute(select(Destino.id, Destino.tipo))}
    by_kind = {kind: Waiting() for kind in (*all_kinds(), *kinds.values())}
    # A destination made after `kinds` was read is told next time.
    found = {number: by_kind[kind] for number, kind in kinds.items()}
    nobody = Waiting()
    overdue, held, number = ROWS.overdue(now), ROWS.held, Delivery.destino_id
    waiting = select(number, func.count(), func.count().filter(overdue), func.min(ROWS.when()).filter(overdue))
    for destino_id, amount, late, first in db.execute(waiting.where(text(OPEN_SQL)).group_by(number)):
        one = found.get(destino_id, nobody)
        one.states[Estado.PENDENTE] += amount
        one.due += late
        one.oldest = max(one.oldest, _age(first, now) if first else 0.0)
    for destino_id, amount in db.execute(select(number, func.count()).where(held).group_by(number)):
        one = found.get(destino_id, nobody)
        one.in_flight += amount
        one.states[Estado.PENDENTE] -= amount
    stopped = select(number, Delivery.estado, func.count()).where(Delivery.estado.in_(STOPPED))
    for destino_id, estado, amount in db.execute(stopped.group_by(number, Delivery.estado)):
        found.get(destino_id, nobody).states[estado] += amount
    return by_kind


def made(db: Session, now: datetime) -> Iterator[Metric]:
    """Tell how many deliveries of each kind have ended since ever, and how many of them badly: sums that are kept."""
    ended = CounterMetricFamily("esteira_entregas_concluidas", "Entregas que terminaram.", labels=["tipo"])
    said = "Entregas que terminaram mal (esgotadas, bloqueadas)."
    badly = CounterMetricFamily("esteira_entregas_falhas", said, labels=["tipo"])
    sums = select(Destino.tipo, func.sum(Destino.total_execucoes), func.sum(Destino.total_erros)).group_by(Destino.tipo)
    found = dict.fromkeys(all_kinds(), (0, 0)) | {tipo: (int(all_), int(bad)) for tipo, all_, bad in db.execute(sums)}
    for tipo, (total, bad) in found.items():
        ended.add_metric([tipo], total)
        badly.add_metric([tipo], bad)
    yield from (ended, badly)


def latency(db: Session, now: datetime) -> Iterator[Metric]:
    """Tell of the first attempts by kind, as a histogram."""
    said = "Segundos do commit do evento à primeira tentativa."
    family = HistogramMetricFamily("esteira_primeira_tentativa_segundos", said, labels=["tipo"])
    counts, sums = _latency(db)
    for kind, counted in counts.items():
        totals = accumulate(counted[bound] for bound in BOUNDS_MS)
        buckets = [(_le(bound), float(total)) for bound, total in zip(BOUNDS_MS, totals, strict=True)]
        family.add_metric([kind], buckets, sums[kind] / 1000)
    yield family


def _latency(db: Session) -> tuple[dict[str, Counter[int]], dict[str, int]]:
    """Return the first attempts by kind and bound, and the sum of their milliseconds."""
    counts: dict[str, Counter[int]] = {kind: Counter() for kind in all_kinds()}
    sums = dict.fromkeys(counts, 0)
    rows = db.execute(
        select(Destino.tipo, Latencia.ate_ms, func.sum(Latencia.total), func.sum(Latencia.soma_ms))
        .join(Destino, Latencia.destino_id == Destino.id)
        .group_by(Destino.tipo, Latencia.ate_ms)
    )
    for kind, ate_ms, total, soma_ms in rows:
        counts.setdefault(kind, Counter())[ate_ms] += int(total)
        sums[kind] = sums.get(kind, 0) + int(soma_ms)
    return counts, sums


def sweep_age(db: Session, now: datetime) -> Iterator[Metric]:
    """Tell how long ago the sweep ran, if it ever did."""
    sweep = GaugeMetricFamily("esteira_varredura_idade_segundos", "Segundos desde a última varredura das entregas.")
    swept = last_times.last(db, SWEEP)
    if swept is not None:
        sweep.add_metric([], _age(swept, now))
    yield sweep


def _age(since: datetime, now: datetime) -> float:
    return max((now - since).total_seconds(), 0.0)


def _le(bound: int) -> str:
    return "+Inf" if bound == INFINITE_MS else str(bound / 1000)
