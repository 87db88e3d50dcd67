"""The signals by which a process is asked to end, on every system.

Windows has no SIGTERM between processes: a service, and whoever closes a console, sends Ctrl-Break.
"""

import asyncio
import signal
import sys
from collections.abc import Callable

if sys.platform == "win32":
    STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGBREAK)
    SUPERVISOR = STOP
else:
    STOP = (signal.SIGINT, signal.SIGTERM)
    # a terminal that goes away ends the line that was started in it
    SUPERVISOR = (*STOP, signal.SIGHUP)


def on_loop(call: Callable[[], object]) -> None:
    """Call this on the loop that runs, whenever this process is asked to end."""
    loop = asyncio.get_running_loop()
    for number in STOP:
        if sys.platform == "win32":
            # a loop there hears of no signals
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(call))
        else:
            loop.add_signal_handler(number, call)


def at_once(call: Callable[[], object]) -> None:
    """Call this, between two steps of the main thread, whenever this process is asked to end."""
    for number in STOP:
        signal.signal(number, lambda *_: call())


def break_is_term() -> None:
    """Let Ctrl-Break do what SIGTERM does here: libraries know only that one."""
    if sys.platform == "win32":
        signal.signal(signal.SIGBREAK, lambda *_: signal.raise_signal(signal.SIGTERM))
