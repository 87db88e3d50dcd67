"""Judge the target of a request that leaves through a proxy, where another machine looks up its name and dials it.

What this machine knows is judged: a literal address, and what a name leads to from here. A name that leads nowhere from
here is the proxy's to judge (docs/how-to/proxy.md).
"""

import socket
import time
from ipaddress import ip_address

from events.delivery.address import BlockedAddress, Judge

# So long a judgement holds: the name is looked up by the proxy each time anyway.
KEPT_SECONDS, MOST_KEPT = 30.0, 10_000


class Targets:
    """What was judged of late, by host and port. Blocking: a name is looked up."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._judged: dict[tuple[str, int], tuple[float, bool]] = {}

    def check(self, host: str, port: int) -> None:
        """Raise `BlockedAddress` for a target that may not be called."""
        if not self.known(host, port):
            self._keep(host, port, _allowed(self._judge, host, port))
            self.known(host, port)

    def known(self, host: str, port: int) -> bool:
        """Tell whether a target was judged of late; raise `BlockedAddress` if it may not be called."""
        until, allowed = self._judged.get((host, port), (0.0, True))
        if until <= time.monotonic():
            return False
        if not allowed:
            raise BlockedAddress
        return True

    def _keep(self, host: str, port: int, allowed: bool) -> None:
        if len(self._judged) >= MOST_KEPT:
            self._judged.clear()
        self._judged[host, port] = time.monotonic() + KEPT_SECONDS, allowed


def _allowed(judge: Judge, host: str, port: int) -> bool:
    try:
        for address in _addresses(host, port):
            judge.address(address, port)
    except BlockedAddress:
        return False
    return True


def _addresses(host: str, port: int) -> list[str]:
    """Return what a host leads to from here; nothing where its name is not known here."""
    bare = host.strip("[]")
    try:
        return [str(ip_address(bare))]
    except ValueError:
        pass
    try:
        return [str(place[0]) for *_, place in socket.getaddrinfo(bare, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        return []
