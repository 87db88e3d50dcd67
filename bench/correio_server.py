"""The mail server of the bench, in a process of its own: it prints its port; a line on stdin asks how many came."""

import json
import sys

from bench import installation  # noqa: F401 - finds the packages
from sandbox.mail import MailServer

USER, PASSWORD = "bench", "bench"  # pragma: allowlist secret


def main() -> None:
    """Serve until stdin ends."""
    with MailServer(USER, PASSWORD) as server:
        print(server.port, flush=True)
        for _ in sys.stdin:
            print(json.dumps({"mensagens": server.taken}), flush=True)


if __name__ == "__main__":
    main()
