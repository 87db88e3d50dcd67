"""Which worker carries which queues: one per family of queues on many machines, two with many queues each on one.

Both are derived from what `tasks/` declares; nothing here names a queue.
"""

import math
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from core.queues import HARD_RESERVE, Queue, queues

# From the end of its work to the end of a worker: its pool closes, its connections too.
CLOSE_SECONDS = 5
# MB: what a worker may come to beside its processes, and each of these, which end once they hold 400 MB.
OWN_MEMORY, PROCESS_MEMORY = 256, 512
# Processes and threads: what a worker may have beside its processes, and what each of these may start.
OWN_TASKS, PROCESS_TASKS = 64, 256
# Where a process cannot be forked a worker works in threads; no task of it can be ended by force then.
FORKS = sys.platform != "win32"
URGENT, REST = "urgentes", "demais"
# One of them may be busy with a destination that does not answer.
URGENT_AT_REST = 2


@dataclass(frozen=True)
class Worker:
    """A Celery worker: the queues it carries, and how many messages it works on at a time.

    With `least` it rests with so many processes, or with one beside those that long work occupies, and grows with its
    work (`workers.growth`).
    """

    name: str
    queues: tuple[Queue, ...]
    processes: int
    least: int | None = None

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
        """The same for all settings: for supervisors that get a number once."""
        return math.ceil(max(queue.longest for queue in self.queues)) + HARD_RESERVE + CLOSE_SECONDS

    @property
    def memory_at_most(self) -> int:
        """The MB that it may come to: a limit for containers."""
        return OWN_MEMORY + PROCESS_MEMORY * self.processes

    @property
    def tasks_at_most(self) -> int:
        """How many processes and threads it may come to: a limit for containers."""
        return OWN_TASKS + PROCESS_TASKS * self.processes

    def arguments(self) -> tuple[str, ...]:
        """Return the command after `python -m`."""
        ours = ("-Q", self.carries, "-n", f"{self.name}@%h", *self._size(), "-l", "WARNING")
        return ("workers.run", "-A", "workers", "worker", *ours, "--without-gossip", "--without-mingle")

    def _size(self) -> tuple[str, ...]:
        if not FORKS:
            # threads neither come nor go
            return ("-P", "threads", "-c", str(self.processes))
        if self.least is None or self.least >= self.processes:
            return ("-c", str(self.processes))
        return (f"--autoscale={self.processes},{self.least}",)

    def command(self) -> tuple[str, ...]:
        """Return the whole command with the Python of this process."""
        return (sys.executable, "-m", *self.arguments())


def one_per_family(declared: Iterable[Queue] | None = None) -> list[Worker]:
    """Return the workers of many machines: each family of queues has one, and may have more of it elsewhere.

    Each rests with one process and grows up to those its queues ask for.
    """
    families: defaultdict[str, list[Queue]] = defaultdict(list)
    for queue in queues() if declared is None else declared:
        families[queue.worker].append(queue)
    return [replace(together(name, members), least=1) for name, members in families.items()]


def one_machine(declared: Iterable[Queue] | None = None) -> list[Worker]:
    """Return the workers of one machine that does all: one for what is urgent, one for all the rest.

    Both grow up to the processes that their queues ask for, so what is seldom used costs little at rest.
    """
    every = queues() if declared is None else list(declared)
    urgent = [queue for queue in every if queue.urgent]
    rest = [queue for queue in every if not queue.urgent]
    return [
        replace(together(name, carried), least=least)
        for name, carried, least in ((URGENT, urgent, URGENT_AT_REST), (REST, rest, 1))
        if carried
    ]


def together(name: str, members: Iterable[Queue], processes: int | None = None) -> Worker:
    """Return one worker that carries all these queues, with as many processes as they ask for, unless told."""
    carried = tuple(members)
    return Worker(name, carried, sum(queue.processes for queue in carried) if processes is None else processes)
