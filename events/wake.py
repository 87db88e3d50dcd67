"""Tell the pumps where to look now. A lost hint costs one sweep period and nothing else.

A pump that is awake hears the bell and needs no message. A commit is followed by a ring. A pump that falls asleep
first stops listening and then looks once more: so either the ringer learns that nobody heard, or the pump sees the
rows.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import event
from sqlalchemy.orm import Session

from core import bell, messages
from core.broker_address import broker_url
from core.logs import get_logger

SILENCE_SECONDS = 2.0
EXPIRES_SECONDS = 60
# More than so many, and looking at all is as cheap.
MOST = 200
_KEY = "esteira_wake"
# The destinations that may have something due, each with the task that serves it.
Woken = dict[int, str]
_quiet_until = 0.0
log = get_logger(__name__)


def after_commit(db: Session, woken: Woken) -> None:
    """Wake the pumps of these destinations once the transaction is committed, each once per transaction."""
    if woken:
        db.info.setdefault(_KEY, {}).update(woken)


def now(woken: Woken, dialect: str) -> None:
    """Wake the pumps of these destinations: what they are owed is committed."""

    def ring(task: str, ids: Sequence[int]) -> None:
        if not bell.ring(bell_of(task, dialect), ",".join(map(str, ids))):
            messages_to(task, ids)

    _tell(woken.items(), ring)


def bell_of(task: str, dialect: str) -> str:
    """Return the bell of the pump that serves a task: one for all where the database has one writer."""
    return task if dialect == "postgresql" else "entregas"


def send(destinos: Iterable[tuple[int, str]]) -> int:
    """Send a message for each task, even if its pump is awake; return how many destinations were named."""
    return _tell(destinos, messages_to)


def messages_to(task: str, ids: Sequence[int]) -> None:
    """Send a message to the workers of a task; none named: they look at all."""
    messages.send(task, [list(ids)], expires=EXPIRES_SECONDS)


def _tell(destinos: Iterable[tuple[int, str]], tell: Callable[[str, Sequence[int]], object]) -> int:
    """Tell each task's pump; an absent broker is logged, then left alone for a moment."""
    global _quiet_until
    by_task: defaultdict[str, list[int]] = defaultdict(list)
    for destino_id, task in destinos:
        by_task[task].append(destino_id)
    told = 0
    if not by_task or broker_url() is None or time.monotonic() < _quiet_until:
        return told
    try:
        for task, ids in by_task.items():
            tell(task, ids if len(ids) <= MOST else [])
            told += len(ids)
    except Exception as error:  # noqa: BLE001 - the transaction is committed: no broker trouble may undo that
        _quiet_until = time.monotonic() + SILENCE_SECONDS
        log.warning("wake not published", fault=type(error).__name__)
    return told


@event.listens_for(Session, "after_commit")
def _committed(db: Session) -> None:
    if db.in_nested_transaction() or not (woken := db.info.pop(_KEY, None)):
        return
    now(woken, db.get_bind().dialect.name)


@event.listens_for(Session, "after_rollback")
def _rolled_back(db: Session, *_: object) -> None:
    if not db.in_nested_transaction():
        db.info.pop(_KEY, None)
