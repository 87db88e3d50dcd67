"""SATHubs of the sandbox, one for each till, in one process: `python -m bench.hub_server --latencia 2` prints its port.

A line on stdin asks for the totals: calls, boxes that were called, the most calls of one box at once.
"""

import argparse
import json
import sys

from sandbox import faults
from sandbox.hub import HubServer


def main() -> None:
    """Answer until stdin ends."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--latencia", type=float, default=2.0)
    given = arguments.parse_args()
    with HubServer(everywhere=True) as hub:
        hub.faults.always(faults.slow(given.latencia))
        print(hub.port, flush=True)
        for _ in sys.stdin:
            state = hub.estado()
            most = max((box["max_simultaneas"] for box in state["caixas"]), default=0)
            print(json.dumps({"chamadas": state["total"], "caixas": len(state["caixas"]), "ao_mesmo_tempo": most}))
            sys.stdout.flush()


if __name__ == "__main__":
    main()
