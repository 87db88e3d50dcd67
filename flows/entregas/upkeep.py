"""What is looked after for deliveries: old rows, the queue's figures, what dead workers held, the last requests."""

from datetime import datetime

from core.clock import FixedClock
from core.upkeep import Upkeep
from events.delivery import kind, pumps
from events.delivery.rows import free_the_dead
from flows.entregas.metrics import latency, queues, sweep_age
from flows.entregas.retention import attempts, events


def give_back(now: datetime) -> int:
    """Give back the deliveries and slots that dead processes of this host held."""
    return free_the_dead(FixedClock(now))


def let_go(seconds: float) -> None:
    """Wait for the requests under way, then close the connections."""
    pumps.end(seconds)
    kind.close()


UPKEEP = Upkeep(
    retention=(attempts, events),
    metrics=(queues, latency, sweep_age),
    claims=(give_back,),
    at_start=(kind.prepare,),
    at_stop=(let_go,),
)
