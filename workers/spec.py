"""What the supervisor needs to know of a process."""

import signal
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Process:
    """One process of the line.

    `after` names those that must be ready before its first start (and that outlive it when everything stops). `before`
    and `stdin` are asked at each start; `before` may return a sentence for the operator. `ready` must
    answer at once. `on_line` may keep a line of its output for itself by returning True. `once` is a job that is done
    when it ends with 0. `about` and `address` are for people.
    """

    name: str
    command: tuple[str, ...]
    after: tuple[str, ...] = ()
    before: Callable[[], str | None] | None = None
    stdin: Callable[[], str] | None = None
    ready: Callable[[], bool] | None = None
    on_line: Callable[[str], bool] | None = None
    stop_signal: int = signal.SIGTERM
    grace: float = 1.0
    once: bool = False
    about: str = ""
    address: str = ""


def waves(processes: tuple[Process, ...]) -> list[list[str]]:
    """Return names in the order of stopping: each process stops before those it depends on."""
    known = {process.name: process for process in processes}

    def depth(name: str) -> int:
        return 1 + max((depth(needed) for needed in known[name].after), default=-1)

    depths = {name: depth(name) for name in known}
    levels = sorted(set(depths.values()), reverse=True)
    return [[name for name in reversed(known) if depths[name] == level] for level in levels]
