"""What the platform does for a flow besides its work: one `UPKEEP` in each `flows/<flow>/upkeep.py`.

Retention, the metrics and the worker's hooks walk them; none of them names a flow. What `diagnostico` looks at stands
beside it in `checks.py` (`core.checks`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from core import walk

if TYPE_CHECKING:
    from prometheus_client.core import Metric
    from sqlalchemy.orm import Session

# Deletes one batch of what is too old at that instant, in a transaction of its own, at each step; tells how many rows
# went, by what they are called.
Retention = Callable[[datetime], Iterator[Mapping[str, int]]]
Metrics = Callable[["Session", datetime], Iterable["Metric"]]
# The figures of a minute, by the name of their series: how much waits now, how much was done between two instants.
Samples = Callable[["Session", datetime, datetime], Iterable[tuple[str, int]]]
# Gives back what dead processes of this host held, as it is at that instant; tells how many rows.
GiveBack = Callable[[datetime], int]
# Looks after something at that instant, whether or not beat lives; tells how much had to be done.
Watch = Callable[[datetime], int]


@dataclass(frozen=True)
class Upkeep:
    """What is done for one flow.

    `samples` are noted once a minute (`flows/ritmo`). `claims` and `watches` are looked at every few seconds by each
    process of each worker; `claims_elsewhere`, whose rows are in a database of somebody else, only by those of workers
    of the flow's queues, which have a session there anyway. `at_start` runs once in each worker of the flow's queues,
    before it takes work; `at_stop` in each of its processes before that one ends, with the seconds it may take;
    `at_end` once in each worker that ends in order, when its processes have.
    """

    retention: tuple[Retention, ...] = ()
    metrics: tuple[Metrics, ...] = ()
    samples: tuple[Samples, ...] = ()
    claims: tuple[GiveBack, ...] = ()
    claims_elsewhere: tuple[GiveBack, ...] = ()
    watches: tuple[Watch, ...] = ()
    at_start: tuple[Callable[[], object], ...] = ()
    at_stop: tuple[Callable[[float], object], ...] = ()
    at_end: tuple[Callable[[], object], ...] = ()


def upkeeps() -> dict[str, Upkeep]:
    """Return what the flows ask for, by the flow's name."""
    # The only place that names the room above: as a text, so that nothing here depends on a flow.
    return {module.__name__.split(".")[-2]: module.UPKEEP for module in walk.modules("flows", "upkeep")}
