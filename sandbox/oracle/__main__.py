"""`python -m sandbox.oracle`: an Oracle to try things against, until SIGTERM or SIGINT.

Standard input: one JSON line, `{"usuario": "...", "senha": "..."}`. Standard output: one JSON line, `{"dsn": "..."}`.
"""

import json
import sys
import threading

from core import stop_signals
from sandbox.oracle.server import OracleServer

USAGE = 'sandbox.oracle: a entrada padrão deve trazer uma linha {"usuario": "...", "senha": "..."}\n'


def main() -> int:
    """Read who may log on, serve, and return the exit code."""
    try:
        asked = json.loads(sys.stdin.readline())
        user, password = str(asked["usuario"]), str(asked["senha"])
    except (ValueError, TypeError, KeyError):
        sys.stderr.write(USAGE)
        return 2
    over = threading.Event()
    stop_signals.at_once(over.set)
    with OracleServer({user: password}) as server:
        sys.stdout.write(json.dumps({"dsn": server.dsn}) + "\n")
        sys.stdout.flush()
        over.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
