"""The figures of workers and tasks, from the rows that they wrote."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prometheus_client.core import Metric
from sqlalchemy.orm import Session

from core.measured import INFINITE_MS
from flows.processos.metrics import scheduled, tasks, workers
from storage.models.limites import JUDGING_SINCE, RAN, Marca
from storage.models.processos import Processo, TarefaContada
from storage.session import reading, transaction

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
LE = ("0.01", "0.1", "0.5", "1.0", "5.0", "15.0", "60.0", "300.0", "+Inf")
Figures = Callable[[Session, datetime], Iterable[Metric]]
Samples = list[tuple[Any, ...]]

pytestmark = pytest.mark.usefixtures("sqlite")


def told(figures: Figures) -> Samples:
    """Return the samples of one family: the end of their name, the values of their labels, the number."""
    with reading() as db:
        (family,) = figures(db, NOW)
    return [(one.name.removeprefix(family.name), *one.labels.values(), one.value) for one in family.samples]


def wrote(*rows: Any) -> None:
    with transaction() as db:
        for row in rows:
            db.add(row)
            db.flush()


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


@pytest.mark.parametrize("figures", [workers, tasks, scheduled])
def test_where_nobody_wrote_anything_the_family_is_there_and_empty(figures: Figures) -> None:
    assert told(figures) == []


def test_each_worker_of_each_host_is_told_with_its_age_and_one_ahead_of_our_clock_is_not_negative() -> None:
    seen = [("b", "urgentes", ago(7)), ("a", "urgentes", ago(0.5)), ("a", "lentas", ago(-3))]
    wrote(*(Processo(host=host, nome=nome, visto_em=at) for host, nome, at in seen))
    assert told(workers) == [("", "b", "urgentes", 7), ("", "a", "urgentes", 0.5), ("", "a", "lentas", 0)]


def counted(tarefa: str, resultado: str, ate_ms: int, total: int, soma_ms: int) -> TarefaContada:
    return TarefaContada(tarefa=tarefa, resultado=resultado, ate_ms=ate_ms, total=total, soma_ms=soma_ms)


def test_each_bucket_of_a_task_holds_those_before_it_and_the_sum_is_in_seconds() -> None:
    wrote(
        counted("sat.varrer", "bem", 100, 2, 150),
        counted("sat.varrer", "bem", 10, 1, 4),
        counted("sat.varrer", "bem", INFINITE_MS, 1, 400_000),
    )
    found = told(tasks)
    assert [value for name, *_, value in found if name == "_bucket"] == [1, 3, 3, 3, 3, 3, 3, 3, 4]
    assert [le for name, _, _, le, *_ in found[: len(LE)] if name == "_bucket"] == list(LE)
    assert found[len(LE) :] == [("_count", "sat.varrer", "bem", 4), ("_sum", "sat.varrer", "bem", 400.154)]


def test_tasks_and_their_ends_are_told_apart() -> None:
    wrote(
        counted("sat.varrer", "mal", 10, 3, 9),
        counted("sat.varrer", "bem", 10, 1, 1),
        counted("ritmo.anotar", "bem", 500, 2, 800),
    )
    assert [one for one in told(tasks) if one[0] == "_count"] == [
        ("_count", "ritmo.anotar", "bem", 2),
        ("_count", "sat.varrer", "bem", 1),
        ("_count", "sat.varrer", "mal", 3),
    ]


def test_only_scheduled_tasks_are_told_by_name_with_the_age_of_their_last_run() -> None:
    notes = {f"{RAN}sat.varrer": ago(60), JUDGING_SINCE: ago(9), f"{RAN}ritmo.anotar": ago(-9), "outra": ago(5)}
    wrote(*(Marca(nome=nome, instante=instante) for nome, instante in notes.items()))
    assert told(scheduled) == [("", "ritmo.anotar", 0), ("", "sat.varrer", 60)]
