"""Whether this process has been asked to stop, as one byte that a worker shares with the processes it forks.

Look at `stopping()` before each new request; when it is true, wait for what is under way, write its outcome and give
the rest back.
"""

import mmap

# Anonymous and shared: a process that is forked after this module was loaded sees what its parent writes.
_asked = mmap.mmap(-1, 1)


def stopping() -> bool:
    """Tell whether no new work may be started."""
    return _asked[0] != 0


def ask_to_stop() -> None:
    """Ask this process, its parent and everything forked from them to stop; safe in a signal handler."""
    _asked[0] = 1


def reset() -> None:
    """Forget the request to stop; for tests."""
    _asked[0] = 0
