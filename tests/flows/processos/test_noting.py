"""Workers say that they live, and what their tasks came to; on both databases, by several at once."""

from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from core import logs, measured
from core.clock import FixedClock
from flows import metricas
from flows.processos import noting
from flows.processos.upkeep import gone
from storage.models.processos import Processo
from storage.session import engine, reading

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process is one, and has done nothing yet."""
    monkeypatch.setattr(logs, "_service", "urgentes")
    measured.taken()


def of(name: str, at: datetime = NOW) -> dict[tuple[str, ...], float]:
    """Return the samples of a metric by the values of their labels."""
    families = text_string_to_metric_families(metricas.texto(FixedClock(at)).decode())
    order = ("host", "worker", "tarefa", "fim", "le")
    return {
        tuple(one.labels[label] for label in order if label in one.labels): one.value
        for family in families
        for one in family.samples
        if one.name == name
    }


def seen() -> list[tuple[str, datetime]]:
    with reading() as db:
        return [(one.nome, one.visto_em) for one in db.query(Processo).order_by(Processo.id)]


def test_a_worker_says_now_and_then_that_it_lives(banco: str) -> None:
    for seconds in (0, 3, 9, 10, 12):
        noting.note(NOW + timedelta(seconds=seconds))
    assert seen() == [("urgentes", NOW + timedelta(seconds=10))]
    assert list(of("esteira_worker_visto_segundos", NOW + timedelta(seconds=25)).values()) == [15]


def test_one_that_is_gone_is_told_for_a_day(banco: str) -> None:
    noting.note(NOW)
    assert list(gone(NOW + timedelta(hours=23))) == []
    assert list(gone(NOW + timedelta(hours=25))) == [{"workers": 1}]
    assert seen() == []


def test_one_that_ends_in_order_is_missed_by_nobody(banco: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An update and a scaler end workers every day; only one that was killed is to be looked for."""
    noting.note(NOW)
    monkeypatch.setattr(logs, "_service", "entregas")
    noting.note(NOW)
    noting.leave()
    assert seen() == [("urgentes", NOW)]


def test_what_tasks_came_to_is_summed_over_all_processes_and_times(banco: str) -> None:
    for milliseconds in (4, 400, 400):
        measured.count("sat.varrer", measured.WELL, milliseconds)
    assert noting.note(NOW) == 3
    measured.count("sat.varrer", measured.WELL, 4)
    measured.count("sat.varrer", measured.BADLY, 90_000)
    noting.last(1.0)
    assert of("esteira_tarefa_segundos_count") == {("sat.varrer", "bem"): 4, ("sat.varrer", "mal"): 1}
    assert of("esteira_tarefa_segundos_sum") == {("sat.varrer", "bem"): 0.808, ("sat.varrer", "mal"): 90}
    assert of("esteira_tarefa_segundos_bucket")["sat.varrer", "bem", "0.01"] == 2


def test_many_processes_that_tell_at_once_lose_nothing(banco: str) -> None:
    told = {(name, "bem", 10): (1, 1) for name in "abc"}

    def tell() -> None:
        for _ in range(5):
            with noting.transaction() as db:
                noting._count(db, told)

    threads = [Thread(target=tell) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert of("esteira_tarefa_segundos_count") == {(name, "bem"): 20 for name in "abc"}


def test_what_cannot_be_written_is_kept_for_the_next_time(banco: str) -> None:
    measured.count("a", measured.WELL, 1)
    with engine().begin() as db:
        db.execute(text("ALTER TABLE tarefa_contada RENAME TO outra"))
    with pytest.raises(Exception, match="tarefa_contada"):
        noting.note(NOW)
    with engine().begin() as db:
        db.execute(text("ALTER TABLE outra RENAME TO tarefa_contada"))
    assert noting.note(NOW) == 1


def test_who_is_no_worker_writes_nothing(banco: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_service", None)
    assert noting.note(NOW) == 0
    assert seen() == []
