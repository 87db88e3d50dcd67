"""Processes that must not outlive the one that started them, nor what they were there for."""

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

PR_SET_PDEATHSIG = 1
# What ends a process at once; elsewhere than on a POSIX system there is no such signal.
KILL = 0 if sys.platform == "win32" else signal.SIGKILL


def die_with_parent(number: int = KILL, parent: int | None = None) -> None:
    """Ask the kernel to send a signal to this process when its parent ends; elsewhere than on Linux, nothing.

    `parent` is the process id the parent had before this process began: when it is gone already, the signal comes now.
    """
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    if parent is not None and os.getppid() != parent:
        os.kill(os.getpid(), number)


def after_fork(call: Callable[[], object]) -> None:
    """Call this in every process that is forked from this one; where none can be, never."""
    if sys.platform != "win32":
        os.register_at_fork(after_in_child=call)


def end_within(seconds: float, code: int = 1) -> None:
    """End this process then, whatever one of its threads still waits for; one that ends before ends as it likes."""
    timer = threading.Timer(seconds, os._exit, (code,))
    timer.daemon = True
    timer.start()


def end_now(code: int = 0) -> NoReturn:
    """End this process now that what it owed is done, whatever its threads still wait for."""
    for said in (sys.stdout, sys.stderr):
        # who would read it may be gone
        with suppress(OSError, ValueError):
            said.flush()
    os._exit(code)
