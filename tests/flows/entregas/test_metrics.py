"""The figures of deliveries, on both databases."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client.core import Metric
from sqlalchemy.orm import Session
from support.deliveries import change, ntfy, webhook
from support.past import happened, set_delivery

from claims import last_times
from core.clock import FixedClock
from events.delivery import latency
from events.delivery.sweep import SWEEP
from flows.entregas import metrics
from storage.direct import direct
from storage.models.eventos import Estado
from storage.session import reading, transaction

NOW = datetime(2026, 6, 1, 2, tzinfo=UTC)
LE = ("0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1.0", "2.5", "5.0", "15.0", "60.0", "+Inf")
Figures = Callable[[Session, datetime], Iterable[Metric]]


def of(figures: Figures, name: str, **labels: str) -> float | None:
    """Return one sample of some figures by its name and labels."""
    with reading() as db:
        found = {(s.name, frozenset(s.labels.items())): s.value for one in figures(db, NOW) for s in one.samples}
    return found.get((f"esteira_{name}", frozenset(labels.items())))


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def test_deliveries_are_counted_by_kind_and_state(banco: str) -> None:
    hook, phone = webhook("https://recebe.example/x"), ntfy("https://ntfy.example")
    for estado, amount in (("esgotado", 3), ("retido", 2), ("bloqueado", 1), ("entregue", 4)):
        for _ in range(amount):
            happened(ago(60), (hook, Estado(estado)))
    happened(ago(60), (phone, Estado.ESGOTADO), (hook, Estado.PENDENTE))
    shown = {estado: of(metrics.queues, "entregas", tipo="webhook", estado=estado) for estado in Estado}
    assert shown == {
        "esgotado": 3, "retido": 2, "bloqueado": 1, "pendente": 1, "entregue": None, "enviando": None,
            "resumido": None, "dispensado": None,
    }  # fmt: skip
    assert of(metrics.queues, "entregas", tipo="ntfy", estado="esgotado") == 1


def test_what_is_due_waits_and_is_in_flight_is_told_apart(banco: str) -> None:
    hook = webhook("https://recebe.example/x")
    for seconds in (90, 30, -3600):
        happened(ago(seconds), (hook, Estado.PENDENTE))
    held = happened(ago(500), (hook, Estado.ENVIANDO))
    set_delivery([held], due_at=ago(-60), lease_token="maquina|1|2|3")
    assert of(metrics.queues, "entregas_vencidas", tipo="webhook") == 2
    assert of(metrics.queues, "entregas_em_voo", tipo="webhook") == 1
    assert of(metrics.queues, "entregas", tipo="webhook", estado="pendente") == 3
    assert of(metrics.queues, "entrega_mais_antiga_segundos", tipo="webhook") == 90


def test_the_rows_of_a_dead_worker_are_due_when_their_lease_ends(banco: str) -> None:
    held = happened(ago(500), (webhook("https://recebe.example/x"), Estado.ENVIANDO))
    set_delivery([held], due_at=ago(5), lease_token="outra|1|2|3")
    assert of(metrics.queues, "entregas_vencidas", tipo="webhook") == 1
    assert of(metrics.queues, "entrega_mais_antiga_segundos", tipo="webhook") == 5


def test_the_oldest_due_row_of_all_destinations_of_a_kind_counts(banco: str) -> None:
    one, other = webhook("https://a.example/x", nome="a"), webhook("https://b.example/x", nome="b")
    happened(ago(10), (one, Estado.PENDENTE))
    happened(ago(70), (other, Estado.PENDENTE))
    assert of(metrics.queues, "entrega_mais_antiga_segundos", tipo="webhook") == 70
    assert of(metrics.queues, "entrega_mais_antiga_segundos", tipo="ntfy") == 0


@pytest.mark.parametrize("figures", [metrics.queues, metrics.made, metrics.latency])
def test_a_kind_that_this_version_does_not_have_is_told_beside_the_others(sqlite: str, figures: Figures) -> None:
    number = webhook("https://a.example/x")
    change(number, tipo="pombo", total_execucoes=1)
    waits = latency.Waits()
    waits.count(number, ago(1), ago(0.5))
    with transaction() as db:
        waits.write(direct(db))
    with reading() as db:
        first = next(iter(figures(db, NOW)))
    assert {"pombo", "webhook", "ntfy"} <= {sample.labels["tipo"] for sample in first.samples}


def test_the_histogram_is_cumulative_and_sums_the_destinations_of_a_kind(banco: str) -> None:
    one, other = webhook("https://a.example/x", nome="a"), webhook("https://b.example/x", nome="b")
    for part in ((4, 5), (40, 90_000)):
        waits = latency.Waits()
        for milliseconds in part:
            waits.count(one, ago(1), ago(1) + timedelta(milliseconds=milliseconds))
        if 40 in part:
            waits.count(other, ago(1), ago(1) + timedelta(milliseconds=400))
        with transaction() as db:
            waits.write(direct(db))
    name = "primeira_tentativa_segundos"
    buckets = [of(metrics.latency, f"{name}_bucket", tipo="webhook", le=le) for le in LE]
    assert buckets == [2, 2, 2, 3, 3, 3, 4, 4, 4, 4, 4, 4, 5]
    assert of(metrics.latency, f"{name}_count", tipo="webhook") == 5
    assert of(metrics.latency, f"{name}_sum", tipo="webhook") == pytest.approx(90.449)
    assert of(metrics.latency, f"{name}_count", tipo="ntfy") == 0


@pytest.mark.parametrize(("swept", "age"), [(7, 7), (0, 0), (-7, 0), (None, None)])
def test_the_age_of_the_last_sweep_is_told_and_one_ahead_of_our_clock_is_not_negative(
    sqlite: str, swept: float | None, age: float | None
) -> None:
    if swept is not None:
        last_times.note(SWEEP, FixedClock(ago(swept)))
    assert of(metrics.sweep_age, "varredura_idade_segundos") == age


def test_deliveries_that_ended_are_sums_that_are_kept(banco: str) -> None:
    change(webhook("https://a.example/x", nome="a"), total_execucoes=7, total_erros=2)
    change(webhook("https://b.example/x", nome="b"), total_execucoes=3, total_erros=0)
    assert of(metrics.made, "entregas_concluidas_total", tipo="webhook") == 10
    assert of(metrics.made, "entregas_falhas_total", tipo="webhook") == 2
    assert of(metrics.made, "entregas_concluidas_total", tipo="ntfy") == 0
