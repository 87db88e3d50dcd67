"""The one base task: retry policy, log context, result. And the queue of short work, which several flows share."""

from collections.abc import Callable
from typing import Any

from celery import Task, shared_task
from celery.exceptions import Reject

from core import agenda, measured, queues, tracing
from core.agenda import Work
from core.broker_link import holds_back
from core.context import HEADER, bound, of_cause
from core.errors import PlatformError, Transient
from core.logs import get_logger
from core.queues import Queue

log = get_logger(__name__)

# A slice of retention takes two seconds; a batch of a busy SQLite may wait half a minute for its turn.
DEFAULT = Queue(
    name="default",
    worker="geral",
    processes=1,
    about="Varreduras: devolve à fila o que ficou para trás",
    longest=90,
)


class FlowTask(Task):  # type: ignore[misc]
    """Retry transient faults within seconds, by back-off with jitter; the row behind the task outlives them all.

    RabbitMQ has no messages for later that would not hold up the others of their queue; there the next message that
    beat sends is the retry.
    """

    abstract = True
    throws = (PlatformError,)
    autoretry_for = (Transient,)
    retry_backoff = 1
    retry_backoff_max = 60
    retry_jitter = True
    max_retries = 5

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        ids = {"task": self.name, "task_id": self.request.id, "flow": self.name.partition(".")[0]}
        carried = getattr(self.request, HEADER, None)
        followed = tracing.span(self.name, tracing.CONSUMER, carried)
        with measured.task(self.name), bound(origin=of_cause(carried), **ids), followed:
            log.info("task begins")
            return super().__call__(*args, **kwargs)

    def retry(self, *args: Any, exc: BaseException | None = None, **options: Any) -> Any:
        """Put the message back for later, where the broker can; raise the fault where it cannot."""
        if exc is not None and not holds_back():
            raise exc
        try:
            return super().retry(*args, exc=exc, **options)
        except Reject:
            # no broker takes it back: Celery would tell that with its whole traceback
            if exc is None:
                raise
            raise exc from None

    def on_success(self, retval: Any, task_id: str, args: Any, kwargs: Any) -> None:
        """Note when a scheduled task ran to its end; one that does not becomes an alert (`alerts/fluxos`)."""
        if self.name in (self.app.conf.beat_schedule or ()):
            from flows.alertas import runs

            runs.note(self.name)

    def on_failure(self, exc: BaseException, task_id: str, args: Any, kwargs: Any, einfo: Any) -> None:
        """Say in the log that a task ended badly; Celery's own line would show its arguments."""
        log.error("task failed", task=self.name, fault=type(exc).__name__, reason=str(exc))


def task(name: str, queue: Queue) -> Callable[[Callable[..., Any]], Any]:
    """Make a task of a function: its name is fixed as text, its queue and so its limits are declared."""

    def declare(function: Callable[..., Any]) -> Any:
        queues.serve(name, queue)
        return shared_task(base=FlowTask, name=name)(function)

    return declare


def daily(name: str, queue: Queue) -> Callable[[Work], Any]:
    """Make a task of the work of a daily job: a message names the row of a day, and whoever claims it does it."""

    def declare(work: Work) -> Any:
        def look(dia_id: int | None = None) -> dict[str, Any]:
            from flows.agenda import running

            # A message that was sent before there were rows names none.
            told = None if dia_id is None else running.look(dia_id, name, work)
            return {} if told is None else told.counts()

        agenda.serve(name, work)
        look.__doc__, look.__module__ = work.__doc__, work.__module__
        return task(name, queue)(look)

    return declare
