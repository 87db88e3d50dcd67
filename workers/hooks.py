"""What worker and beat processes do when they begin and end. What each flow wants done stands in its `upkeep.py`.

Beat and the supervisor load this too, so heavy imports are inside the functions that need them.
"""

import gc
import importlib
import importlib.util
import logging
import os
import threading
from collections.abc import Iterable
from typing import Any

from celery.signals import (
    beat_init,
    celeryd_after_setup,
    setup_logging,
    worker_init,
    worker_process_init,
    worker_process_shutdown,
    worker_ready,
    worker_shutdown,
    worker_shutting_down,
)
from kombu.asynchronous import get_event_loop

from core import logs, queues, stopping, tracing, walk
from core.logs import get_logger
from core.process import die_with_parent
from core.upkeep import Upkeep, upkeeps
from workers import broker_lines

# How often, a tenth of a second apart, a pool process that ends looks whether its parent has counted its work.
COUNTS = 10
# Read before the pool forks, so that a child can tell whether its parent was gone before it could ask the kernel.
_PARENT = os.getpid()
log = get_logger(__name__)
# The queues this worker carries, and so the flows whose work it does.
_carried: tuple[str, ...] = ()


@worker_init.connect(dispatch_uid="esteira.prepare")
def prepare(sender: Any = None, **_: Any) -> None:
    """Load what this worker's flows need and do what they want done first; pool processes inherit it all."""
    global _carried
    logs.of_process(sender.hostname.partition("@")[0])
    _carried = tuple(sender.app.amqp.queues.consume_from)
    flows = queues.flows_of(_carried)
    _load(flows)
    _start(upkeep for name, upkeep in upkeeps().items() if name in flows)
    # What is loaded now stays: the collector of a pool process must not write into pages that all of them share.
    gc.collect()
    gc.freeze()


@setup_logging.connect(dispatch_uid="esteira.log")
def keep_logging(loglevel: int | str | None = None, **_: Any) -> None:
    """Leave it as it is: Celery would set up its own. Who asks for more on the command line (`-l INFO`) has it."""
    root = logging.getLogger()
    if isinstance(loglevel, int) and loglevel < root.level:
        root.setLevel(loglevel)


@celeryd_after_setup.connect(dispatch_uid="esteira.quieten")
def quieten(**_: Any) -> None:
    """Make a lost broker one line; Celery has set up its own logging by now."""
    broker_lines.quieten()


def _load(flows: Iterable[str]) -> None:
    """Load these flows before the pool forks: its processes then share the memory, and their first task is quick."""
    for flow in sorted(flows):
        if importlib.util.find_spec(f"flows.{flow}") is None:
            continue
        if hasattr(importlib.import_module(f"flows.{flow}"), "__path__"):
            for _ in walk.modules(f"flows.{flow}"):
                pass


def _start(upkeeps: Iterable[Upkeep]) -> None:
    from storage import session

    try:
        for upkeep in upkeeps:
            for begin in upkeep.at_start:
                _guarded(begin)
        _guarded(_look_first)
    finally:
        # Nothing that is open may go through the fork.
        session.dispose()


def _look_first() -> None:
    """Do what each pool process begins with: what is made and kept for it, they share instead of making it anew."""
    from storage.session import reading
    from workers import host

    # billiard asks this parser, in each of them, how a call of the kernel is spelled
    importlib.import_module("cffi").FFI().cdef("")
    with reading() as db:
        # without a database every flow would wait for one
        db.connection()
    # what a flow opens of its own, and so closes at its end, must not go through the fork
    host.look(of={flow: upkeep for flow, upkeep in upkeeps().items() if not upkeep.at_stop})


@worker_process_init.connect(dispatch_uid="esteira.protect_child")
def protect_child(**_: Any) -> None:
    """End a pool process together with its worker, however that ends; look after this host while it runs."""
    die_with_parent(parent=_PARENT)
    end_without_count()
    # its thread does not live on through a fork
    tracing.of_process(logs.service() or "")
    from workers import host

    host.watch(carried=queues.flows_of(_carried))


def end_without_count() -> None:
    """Have a pool process that ends wait a second, not half a minute, for its parent to count what it has done.

    A parent that waits for its end counts no more; and what a lost count says, the rows say too.
    """
    pool: Any = importlib.import_module("billiard.pool")
    pool.GUARANTEE_MESSAGE_CONSUMPTION_RETRY_LIMIT = COUNTS


@worker_shutting_down.connect(dispatch_uid="esteira.stop")
def stop(**_: Any) -> None:
    """Let no process of this worker start another request; what is under way is waited for."""
    stopping.ask_to_stop()
    hub = get_event_loop()
    if hub is not None:
        # It looks whether it is to stop when its loop turns; a signal does not turn it, a callback from a thread does.
        threading.Thread(target=hub.call_soon, args=(_nothing,), daemon=True).start()


def _nothing() -> None:
    pass


@worker_ready.connect(dispatch_uid="esteira.look_after")
def look_after(sender: Any = None, **_: Any) -> None:
    """Look after this host from a worker that forks no processes: its threads are told of no beginning."""
    if _is_of_threads(sender):
        tracing.of_process(logs.service() or "")
        from workers import host

        host.watch(carried=queues.flows_of(_carried))


@worker_shutdown.connect(dispatch_uid="esteira.end")
def end(sender: Any = None, **_: Any) -> None:
    """End a worker whose processes have ended; one of threads as a pool process ends, before."""
    from storage import session

    if _is_of_threads(sender):
        _end()
    for upkeep in upkeeps().values():
        for step in upkeep.at_end:
            _guarded(step)
    session.dispose()


def _is_of_threads(worker: Any) -> bool:
    pool = getattr(worker, "pool_cls", None) or getattr(getattr(worker, "controller", None), "pool_cls", None)
    return getattr(pool, "__module__", "") == "celery.concurrency.thread"


@worker_process_shutdown.connect(dispatch_uid="esteira.close")
def close(exitcode: int = 0, **_: Any) -> None:
    """End a pool process: what is under way ends, and what was kept open between tasks is closed."""
    _end()
    if stopping.stopping():
        # The library would sleep for a second now, so that its parent can end it; a parent that stops only waits.
        os._exit(exitcode)


def _end() -> None:
    """Let the flows end what is under way, then close what is open."""
    from core import loop
    from storage import session
    from workers import host

    seconds = max((queue.stops_within for queue in queues.queues() if queue.name in _carried), default=0)
    for upkeep in upkeeps().values():
        for end in upkeep.at_stop:
            _guarded(end, seconds)
    host.unwatch()
    session.dispose()
    loop.close()
    tracing.close()


@beat_init.connect(dispatch_uid="esteira.beat")
def prepare_beat(**_: Any) -> None:
    """Speak as every other process does."""
    logs.of_process("beat")
    tracing.of_process("beat")


def _guarded(step: Any, *arguments: Any) -> None:
    """Do one step for a flow; that it fails must keep no worker from its other work, or from its end."""
    try:
        step(*arguments)
    except Exception as fault:  # noqa: BLE001 - whatever a flow does at its start or end costs that flow
        log.warning("upkeep failed", step=getattr(step, "__name__", "?"), fault=type(fault).__name__, reason=str(fault))
