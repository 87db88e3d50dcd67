"""Messages to the workers. Each says "look at this now"; what is owed stands in the database.

Celery is loaded by the first message: a process that sends none, or only asks who is there, does not pay for it.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from core.errors import Transient
from core.logs import get_logger

# A worker that does not answer within it counts as away.
PING_SECONDS = 1.0


def send(task: str, arguments: Sequence[Any] = (), *, expires: float | None = None) -> None:
    """Ask for a task by its name; raise `Transient` when there is no broker to take the message.

    After `expires` seconds in the queue the message is dropped unread.
    """
    send_all([(task, arguments)], expires=expires)


def hasten(task: str, arguments: Sequence[Any] = ()) -> None:
    """Ask for a task that beat asks for, too: without a broker what stands in the database is done a little later."""
    try:
        send(task, arguments)
    except Transient:
        get_logger(__name__).warning("message not sent", task=task)


def send_all(asked: Iterable[tuple[str, Sequence[Any]]], *, expires: float | None = None) -> None:
    """Ask for many tasks through one connection, as `send` does for one."""
    from core.celery_app import current

    app = current()
    with app.producer_or_acquire() as producer:
        for task, arguments in asked:
            app.send_task(task, args=list(arguments), expires=expires, producer=producer)


def answering() -> list[str]:
    """Return the names of the workers that answer now; none without a broker."""
    from core.broker_faults import FAULTS
    from core.questions import asked

    try:
        replies = asked("ping", PING_SECONDS)
    except FAULTS:
        return []
    return sorted(node for reply in replies for node in reply)
