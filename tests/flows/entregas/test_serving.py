"""What a message of the workers does: it lets this process look, and goes on to another where this one is busy."""

import pytest
from support.deliveries import change_delivery, fire, only, webhook

from core.clock import SYSTEM
from core.queue_lengths import lengths
from events import wake
from events.delivery import pumps
from flows.entregas import serving
from storage.models.eventos import Estado

TASK = "entregas.drenar"
QUEUE = "webhooks"


@pytest.fixture
def server(sqlite: str, broker: str) -> pumps.Server:
    """The pump of this process, which begins nothing any more."""
    made = pumps.Server(TASK)
    made.stop()
    pumps._mine()[wake.bell_of(TASK, "sqlite")] = made
    return made


def waiting() -> int:
    return (lengths() or {})[QUEUE]


def test_a_process_that_keeps_up_keeps_the_message(server: pumps.Server) -> None:
    serving.serve(TASK, [1])
    assert waiting() == 0


def test_one_that_does_not_leaves_the_next_to_another(server: pumps.Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "BUSY_SECONDS", 0.0)
    server.calm.clear()
    serving.serve(TASK, [1])
    assert waiting() == 1


@pytest.mark.usefixtures("sqlite")
def test_without_a_broker_nobody_is_woken() -> None:
    webhook("https://a.example/x")
    fire(1)
    assert serving.wake_due() == 0


def test_destinations_with_something_due_are_woken_and_no_others(sqlite: str, broker: str) -> None:
    assert serving.wake_due() == 0
    webhook("https://a.example/x")
    fire(1)
    # the commit has sent one by itself
    before = waiting()
    assert (serving.wake_due(), waiting()) == (1, before + 1)
    change_delivery(only().id, estado=Estado.ESGOTADO, finished_at=SYSTEM.now())
    assert (serving.wake_due(), waiting()) == (0, before + 1)
