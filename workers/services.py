"""`python -m workers.services WORKER…`: agenda, API and Flower of one machine, in one process on one event loop.

On many machines each of them is a process of its own. Here they share what they load; one that fails ends all three,
and the supervisor starts them again.
"""

import asyncio
import contextlib
import importlib
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from core import broker_link, logs, stop_signals, tracing
from core.errors import PlatformError
from core.process import end_now, end_within
from core.settings.load import get_settings
from workers import flower, web

# What the others may take to end behind one that failed: who starts this process again waits for its end.
ENDING_SECONDS = 10.0


async def serve(api: web.Server, names: Sequence[str]) -> None:
    """Serve until a signal, or until one of the three ends; raise what ended it."""
    over = asyncio.Event()
    # The API's server puts its own in their place and raises the signal anew when it has ended.
    stop_signals.on_loop(over.set)
    api.at_end = partial(asyncio.get_running_loop().call_soon_threadsafe, over.set)
    pages = asyncio.create_task(_pages(names))
    every = [asyncio.create_task(api.serve()), asyncio.create_task(_agenda(over)), pages]
    asked = asyncio.create_task(over.wait())
    ended, _ = await asyncio.wait([*every, asked], return_when=asyncio.FIRST_COMPLETED)
    if any(one.exception() for one in ended):
        end_within(ENDING_SECONDS)
    over.set()
    api.should_exit = True
    # They owe nobody an answer, and may be waiting for workers that are gone.
    pages.cancel()
    await asyncio.wait(every)
    for one in every:
        if not one.cancelled():
            one.result()


async def _agenda(over: asyncio.Event) -> None:
    """Do what Celery's beat does: send what is due, look again when the next is; give the lock back at the end."""
    # The lock belongs to the thread that took it.
    with ThreadPoolExecutor(1, "agenda") as thread:
        ask = partial(asyncio.get_running_loop().run_in_executor, thread)
        scheduler = await ask(_scheduler)
        try:
            while not over.is_set():
                await _pause(over, await ask(scheduler.tick))
        finally:
            await ask(scheduler.close)


def _scheduler() -> Any:
    from celery.beat import Service

    from workers.app import app

    return Service(app, scheduler_cls=app.conf.beat_scheduler).scheduler


async def _pages(names: Sequence[str]) -> None:
    """Serve Flower once these workers answer, until cancelled."""
    patience = flower.Patience(set(names))
    while not patience.enough(await asyncio.to_thread(flower.answering)):  # noqa: ASYNC110 - they are asked
        await asyncio.sleep(flower.LOOK_SECONDS)
    # It is large, and nobody waits for it.
    await asyncio.to_thread(importlib.import_module, "flower.command")
    served = flower.served()
    try:
        await asyncio.Event().wait()
    finally:
        served.events.stop()


async def _pause(over: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(over.wait(), seconds)


def main(names: Sequence[str]) -> int:
    """Serve, and return the exit code."""
    logs.of_process("servicos")
    try:
        flower.credentials(get_settings())
    except PlatformError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    tracing.of_process("servicos")
    broker_link.load()
    # Before the loop, so that a signal ends what is not serving yet.
    api, runner = web.server(), asyncio.Runner()
    try:
        # The loop is left open: to close it is to wait for every thread that still asks workers something.
        runner.run(serve(api, names))
    except BaseException:
        end_within(ENDING_SECONDS)
        runner.close()
        raise
    finally:
        tracing.close()
    return 0


if __name__ == "__main__":
    end_now(main(sys.argv[1:]))
