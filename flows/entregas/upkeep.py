"""What is looked after for deliveries: old rows, the queue's figures, what dead workers held, the last requests."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.capped import MOST_NOTED
from core.clock import FixedClock
from core.upkeep import Upkeep
from events.delivery import kind, pumps
from events.delivery.rows import free_the_dead
from flows.entregas.metrics import latency, made, queues, sweep_age
from flows.entregas.retention import attempts, events
from storage.capped import capped
from storage.models.eventos import OPEN_SQL, Attempt, Delivery


def give_back(now: datetime) -> int:
    """Give back the deliveries and slots that dead processes of this host held."""
    return free_the_dead(FixedClock(now))


def let_go(seconds: float) -> None:
    """Wait for the requests under way, then close the connections."""
    pumps.end(seconds)
    kind.close()


def samples(db: Session, since: datetime, until: datetime) -> Iterator[tuple[str, int]]:
    """Tell how many deliveries wait, and how many attempts began in a minute."""
    yield "entregas a fazer", capped(db, select(Delivery.id).where(text(OPEN_SQL)), MOST_NOTED).total
    begun = select(Attempt.id).where(Attempt.started_at >= since, Attempt.started_at < until)
    yield "entregas por minuto", capped(db, begun, MOST_NOTED).total


UPKEEP = Upkeep(
    retention=(attempts, events),
    metrics=(queues, made, latency, sweep_age),
    samples=(samples,),
    claims=(give_back,),
    at_start=(kind.prepare,),
    at_stop=(let_go,),
)
