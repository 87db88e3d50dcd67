"""What is looked after for deliveries: old rows, the queue's figures, what dead workers held, the last requests."""

from datetime import datetime

from core.clock import FixedClock
from core.upkeep import Upkeep
from events.delivery import drain, kind
from events.delivery.queue import ROWS, SLOTS
from flows.entregas.metrics import latency, queues, sweep_age
from flows.entregas.retention import attempts, events
from storage.recovery import recover


def give_back(now: datetime) -> int:
    """Give back the deliveries and slots that dead processes of this host held."""
    return recover((ROWS, SLOTS), FixedClock(now))


def let_go(seconds: float) -> None:
    """Wait for the requests that go on behind their tasks, then close the connections."""
    drain.end(seconds)
    kind.close()


UPKEEP = Upkeep(
    retention=(attempts, events),
    metrics=(queues, latency, sweep_age),
    claims=(give_back,),
    at_start=(kind.prepare,),
    at_stop=(let_go,),
)
