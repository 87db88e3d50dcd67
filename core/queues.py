"""Queues as they are declared in `tasks/`: all else that names a queue, a route or a limit is derived from here.

No Celery in here: beat, the supervisor and the command line read it too.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from core import walk

# What a task may need to end by itself once its time is over.
HARD_RESERVE = 15
# Celery parts queues by commas, and brokers, shells and YAML take these as they are.
QUEUE_NAME = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
# It names Deployments, containers and services: a label of DNS (RFC 1123), at most 63 of them.
WORKER_NAME = re.compile(r"(?=.{1,63}\Z)[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True)
class Queue:
    """One queue, and the worker that serves it where every queue has a worker of its own; both names are checked.

    `processes` is how many messages are worked on at a time, `about` the sentence for people. No message takes longer
    than `longest` seconds; a worker that is asked to stop ends the work under way within `ends_in()` seconds, which
    the settings of this process may decide, and never later than `longest`. `needs` says what its machine or container
    must have besides a database and a broker. What is `urgent` is short and waits behind no other work, also where one
    machine does all.
    """

    name: str
    worker: str
    processes: int
    about: str
    longest: int
    ends_in: Callable[[], float] | None = None
    needs: str = ""
    urgent: bool = False

    def __post_init__(self) -> None:
        """Refuse names of which manifests, commands and brokers make something else.

        Raises:
            ValueError: a name is not of the form that is told.
        """
        if not QUEUE_NAME.fullmatch(self.name):
            raise ValueError(
                f"Queue(name={self.name!r}): só letras minúsculas e algarismos, e entre eles um `.`, `_` ou `-` por vez"
            )
        if not WORKER_NAME.fullmatch(self.worker):
            raise ValueError(
                f"Queue(worker={self.worker!r}): só letras minúsculas e algarismos, e entre eles um `-` por vez, "
                "até 63 ao todo: é também um nome no Kubernetes (DNS-1123)"
            )

    @property
    def stops_within(self) -> float:
        """The seconds that work under way may still take, by the settings of this process."""
        return self.longest if self.ends_in is None else min(self.ends_in(), self.longest)

    @property
    def tasks(self) -> list[str]:
        """The names of the tasks whose messages wait here."""
        return sorted(task for task, queue in tasks().items() if queue == self)


_queue_of: dict[str, Queue] = {}


def serve(task: str, queue: Queue) -> None:
    """Note that a task's messages go to this queue."""
    _queue_of[task] = queue


def tasks() -> dict[str, Queue]:
    """Return the queue of every task, by the task's name."""
    _load()
    return dict(_queue_of)


def queues() -> list[Queue]:
    """Return every declared queue, by name."""
    return sorted(set(tasks().values()), key=lambda queue: queue.name)


def queue_of(task: str) -> Queue | None:
    """Return the queue that a task declared; None for a task that is not ours."""
    _load()
    return _queue_of.get(task)


def flows_of(names: Iterable[str]) -> set[str]:
    """Return the flows whose work these queues carry."""
    wanted = set(names)
    return {task.partition(".")[0] for task, queue in tasks().items() if queue.name in wanted}


@cache
def _load() -> None:
    """Let the tasks declare themselves. They are light: a flow is loaded when its task runs.

    Raises:
        ValueError: two queues have one name: each worker would carry both, and long work hold up what is urgent.
    """
    for _ in walk.modules("tasks"):
        pass
    names = [queue.name for queue in set(_queue_of.values())]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"Queue: a fila {twice[0]!r} está declarada duas vezes; declare-a em um arquivo de tasks/")
