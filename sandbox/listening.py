"""How a server on a loop stops listening so that every connection it took is known to whoever ends it."""

import asyncio
from collections.abc import Iterable
from typing import Protocol

SETTLED_SECONDS = 0.02


class Listener(Protocol):
    """A socket that listens, the loop's own view of it included."""

    def fileno(self) -> int:
        """Return its descriptor."""
        ...


async def accept_no_more(listeners: Iterable[Listener]) -> None:
    """Take no further connection on the running loop; on return each one taken has reached its protocol.

    asyncio takes a connection in one turn and gives it to its protocol in a later one. Whoever closes the listener and
    then ends what it knows of leaves one taken in between open for ever, for a garbage collector to complain of.
    """
    for one in listeners:
        asyncio.get_running_loop().remove_reader(one.fileno())
    # a timer falls due only behind what was ready before it: two turns at the least
    await asyncio.sleep(SETTLED_SECONDS)
