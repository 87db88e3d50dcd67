"""Whether something has come over a socket that nobody has read yet."""

import select
import sys
from typing import Any


def readable(wire: Any) -> bool:
    """Tell at once; `wire` is a socket or its number."""
    if sys.platform == "win32":
        return bool(select.select([wire], [], [], 0)[0])
    # select() knows no descriptor above 1023
    look = select.poll()
    look.register(wire, select.POLLIN)
    return bool(look.poll(0))
