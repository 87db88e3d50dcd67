"""All figures of the deliveries, each beside a reference of the same run.

The shipped configuration: Celery workers, Redis with its file, fsync on, attempts written, requests signed, addresses
judged. `python -m bench.deliveries [--parte registro|vazao|latencia|morto|milhao]`; each part has options of its own,
see `python -m bench.throughput`, `bench.latency` and `bench.million` with `--help`.
"""

import argparse
import subprocess
import sys

from bench.installation import ROOT

PARTS = {
    "registro": ("bench.registro",),
    "vazao": ("bench.throughput",),
    "latencia": ("bench.latency",),
    "morto": ("bench.latency", "--morto"),
    "milhao": ("bench.million",),
}


def main() -> None:
    """Run the parts one after the other; what is not known here is handed to the part."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--parte", choices=PARTS)
    given, more = arguments.parse_known_args()
    if more and not given.parte:
        arguments.error("as opções de uma parte precisam de --parte")
    for name in [given.parte] if given.parte else PARTS:
        print(f"== {name}", flush=True)
        subprocess.run([sys.executable, "-m", *PARTS[name], *more], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
