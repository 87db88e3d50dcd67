"""Queues as tasks declare them, and what is derived from that."""

from collections.abc import Callable

import pytest

from core import queues
from core.queues import Queue

SHORT = Queue("curta", "curto", 1, "Coisas curtas.", 60)
LONG = Queue("longa", "longo", 2, "Coisas longas.", 600)


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let three tasks of two flows be all there are."""
    # those of the product declare themselves once only
    queues.tasks()
    monkeypatch.setattr(queues, "_queue_of", {})
    for task, queue in (("padaria.b", LONG), ("padaria.a", LONG), ("mercado.c", SHORT)):
        queues.serve(task, queue)


@pytest.mark.parametrize(
    ("ends_in", "seconds"),
    [(None, 60), (lambda: 0, 0), (lambda: 59.5, 59.5), (lambda: 60, 60), (lambda: 61, 60)],
)
def test_work_under_way_ends_as_the_settings_say_and_never_later_than_a_message_may_take(
    ends_in: Callable[[], float] | None, seconds: float
) -> None:
    queue = Queue("q", "w", 1, "Q.", 60, ends_in=ends_in)
    assert queue.stops_within == seconds


@pytest.mark.parametrize("name", ["q", "webhooks.slow", "estoque_alto", "fila-2", "2"])
@pytest.mark.parametrize("worker", ["w", "estoque-alto", "2", "a" * 63])
def test_names_that_every_place_takes_are_taken(name: str, worker: str) -> None:
    queue = Queue(name, worker, 1, "Q.", 60)
    assert (queue.name, queue.worker) == (name, worker)


@pytest.mark.parametrize(
    "name", ["", "Fila", "fila,outra", "fila outra", "fila:", "-q", "q-", "q..r", "q._r", "fíla", "q\n", "*"]
)
def test_a_name_of_a_queue_that_some_place_does_not_take_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"Queue\(name='"):
        Queue(name, "w", 1, "Q.", 60)


@pytest.mark.parametrize(
    "worker", ["", "Estoque", "estoque_alto", "estoque.alto", "-w", "w-", "w--x", "w x", "ção", "w\n", "a" * 64]
)
def test_a_name_of_a_worker_that_kubernetes_does_not_take_is_refused(worker: str) -> None:
    with pytest.raises(ValueError, match=r"Queue\(worker='.*DNS-1123"):
        Queue("q", worker, 1, "Q.", 60)


def test_a_queue_that_is_declared_twice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of two workers would carry it, and long work hold up what is urgent."""
    # those of the product declare themselves once only
    queues.tasks()
    both = {"um.olhar": Queue("fila", "um", 1, "Q.", 60), "dois.olhar": Queue("fila", "dois", 1, "Q.", 60)}
    monkeypatch.setattr(queues, "_queue_of", both)
    queues._load.cache_clear()
    with pytest.raises(ValueError, match="a fila 'fila' está declarada duas vezes"):
        queues.queues()
    queues._load.cache_clear()


@pytest.mark.usefixtures("declared")
class TestWhatIsDeclared:
    def test_a_queue_has_its_tasks_by_name(self) -> None:
        assert (LONG.tasks, SHORT.tasks) == (["padaria.a", "padaria.b"], ["mercado.c"])
        assert Queue("outra", "x", 1, "X.", 1).tasks == []

    def test_queues_are_told_once_by_name(self) -> None:
        assert queues.queues() == [SHORT, LONG]

    def test_a_task_has_its_queue_and_one_of_somebody_else_none(self) -> None:
        assert queues.queue_of("padaria.a") is LONG
        assert queues.queue_of("celery.ping") is None

    @pytest.mark.parametrize(
        ("names", "flows"),
        [
            (["longa"], {"padaria"}),
            (["longa", "curta"], {"padaria", "mercado"}),
            (["nenhuma"], set()),
            ([], set()),
        ],
    )
    def test_queues_carry_the_work_of_flows(self, names: list[str], flows: set[str]) -> None:
        assert queues.flows_of(iter(names)) == flows

    def test_what_is_returned_is_nobody_elses_table(self) -> None:
        queues.tasks().clear()
        assert len(queues.tasks()) == 3


def test_the_tasks_of_the_product_declare_themselves_when_they_are_asked_for() -> None:
    found = queues.tasks()
    assert found
    assert all("." in task and queue.name and queue.about for task, queue in found.items())
