"""The ntfy server of the bench of queue tables, in a process of its own: it notes when each message arrived."""

import json
import sys
import time

from bench import installation  # noqa: F401 - finds the packages
from sandbox.ntfy import NtfyServer


class Noting(NtfyServer):
    """Keeps the instant of each arrival beside its text."""

    def __init__(self) -> None:
        super().__init__(burst=10**6, refill_seconds=0.0001)
        self.arrived: list[tuple[str, float]] = []
        self._known = 0

    def changed(self) -> None:
        """Note what is new."""
        now = time.time()
        new = list(self.published)[-(len(self.published) - self._known) :] if len(self.published) > self._known else []
        self.arrived += [(message["message"], now) for message in new]
        self._known = len(self.published)
        super().changed()


def main() -> None:
    """Serve until standard input ends; each line there asks for all arrivals."""
    with Noting() as server:
        print(server.port, flush=True)
        for _ in sys.stdin:
            print(json.dumps({"total": len(server.arrived), "chegadas": server.arrived}), flush=True)


if __name__ == "__main__":
    main()
