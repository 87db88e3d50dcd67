"""Which worker carries which queues: one per family of queues on many machines, few with many queues on one.

Both are derived from what `tasks/` declares; nothing here names a queue.
"""

import math
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from core.queues import HARD_RESERVE, Queue, queues

# From the end of its work to the end of a worker: its pool closes, its connections too.
CLOSE_SECONDS = 5


@dataclass(frozen=True)
class Worker:
    """A Celery worker: the queues it carries, and how many messages it works on at a time."""

    name: str
    queues: tuple[Queue, ...]
    processes: int

    @property
    def about(self) -> str:
        """What it is for, in a sentence for people."""
        return "; ".join(dict.fromkeys(queue.about for queue in self.queues))

    @property
    def carries(self) -> str:
        """The names of its queues as Celery takes them."""
        return ",".join(queue.name for queue in self.queues)

    @property
    def stops_within(self) -> float:
        """The seconds it may take from SIGTERM to its end, by the settings of this process."""
        return max(queue.stops_within for queue in self.queues) + CLOSE_SECONDS

    @property
    def stops_at_most(self) -> int:
        """The same whatever the settings say: for supervisors that are told a number once."""
        return math.ceil(max(queue.longest for queue in self.queues)) + HARD_RESERVE + CLOSE_SECONDS

    def arguments(self) -> tuple[str, ...]:
        """Return the command after `python -m`."""
        ours = ("-Q", self.carries, "-n", f"{self.name}@%h", "-c", str(self.processes), "-l", "WARNING")
        return ("celery", "-q", "-A", "workers", "worker", *ours, "--without-gossip", "--without-mingle")

    def command(self) -> tuple[str, ...]:
        """Return the whole command with the Python of this process."""
        return (sys.executable, "-m", *self.arguments())


def one_per_family(declared: Iterable[Queue] | None = None) -> list[Worker]:
    """Return the workers of many machines: each family of queues has one, and may have more of it elsewhere."""
    families: defaultdict[str, list[Queue]] = defaultdict(list)
    for queue in queues() if declared is None else declared:
        families[queue.worker].append(queue)
    return [together(name, members) for name, members in families.items()]


def together(name: str, members: Iterable[Queue], processes: int | None = None) -> Worker:
    """Return one worker that carries all these queues, with as many processes as they ask for, unless told."""
    carried = tuple(members)
    return Worker(name, carried, sum(queue.processes for queue in carried) if processes is None else processes)
