"""What worker and beat processes do when they begin and end."""

import os
from typing import Any

from celery.signals import beat_init, worker_init, worker_process_init, worker_process_shutdown

from core import logs, loop
from core.errors import PlatformError
from core.process import die_with_parent
from core.settings.deliveries import DeliverySettings
from events.delivery import drain, kind
from storage import session

# Read before the pool forks, so that a child can tell whether its parent was gone before it could ask the kernel.
_PARENT = os.getpid()
RESERVE_SECONDS = 1.0
log = logs.get_logger(__name__)


@worker_process_init.connect(dispatch_uid="esteira.protect_child")
def protect_child(**_: Any) -> None:
    """End a pool process together with its worker, however that ends."""
    die_with_parent(parent=_PARENT)


@worker_init.connect(dispatch_uid="esteira.prepare_logs")
def prepare_logs(**_: Any) -> None:
    """Speak as every other process does; pool processes inherit it."""
    logs.configure()


@worker_process_shutdown.connect(dispatch_uid="esteira.close")
def close(**_: Any) -> None:
    """Let the requests under way end, then close what this pool process kept open between tasks."""
    drain.end(DeliverySettings.current().total_timeout + RESERVE_SECONDS)
    kind.close()
    session.dispose()
    loop.close()


@beat_init.connect(dispatch_uid="esteira.check_boxes_soon")
def check_boxes_soon(**_: Any) -> None:
    """Let every box be checked right after the start; the database holds that wish, so no broker can lose it."""
    from tasks.sat import iniciar

    logs.configure()
    try:
        iniciar()
    except PlatformError as error:
        log.warning("boxes were not made due", reason=str(error))
    finally:
        session.dispose()
