"""The one base task: retry policy, log context, result."""

from collections.abc import Callable
from typing import Any

import structlog
from celery import Task

from core.celery_app import QUEUE_OF, app
from core.errors import PlatformError, Transient
from core.logs import get_logger

log = get_logger(__name__)


class FlowTask(Task):  # type: ignore[misc]
    """Retry transient faults within seconds, by back-off with jitter; the row behind the task outlives them all."""

    abstract = True
    throws = (PlatformError,)
    autoretry_for = (Transient,)
    retry_backoff = 1
    retry_backoff_max = 60
    retry_jitter = True
    max_retries = 5

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with structlog.contextvars.bound_contextvars(task=self.name, task_id=self.request.id):
            return super().__call__(*args, **kwargs)

    def on_failure(self, exc: BaseException, task_id: str, args: Any, kwargs: Any, einfo: Any) -> None:
        """Say in the log that a task ended badly; Celery's own line would show its arguments."""
        log.error("task failed", task=self.name, fault=type(exc).__name__, reason=str(exc))


def task(name: str, queue: str, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Make a task of a function: its name is fixed as text, its queue declared."""

    def declare(function: Callable[..., Any]) -> Any:
        QUEUE_OF[name] = queue
        return app.task(base=FlowTask, name=name, **options)(function)

    return declare
