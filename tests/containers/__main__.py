"""`make test-containers`: the compose stack in a real engine, in a scratch folder; no part of the suite.

It needs root, Docker's engine and client, debootstrap, and Docker Compose (or Go, to build it); where they are missing
it says so in a sentence and ends with 0. `DOCKER_HOST` names an engine that runs already: its images of the same names
are used as they are, its project `esteira` must be nobody's.
"""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(HERE.parent)]

from containers.ground import Ground, NotHereError  # noqa: E402


def main(arguments: list[str]) -> int:
    """Prepare the ground, run the checks on it, and return their exit code."""
    try:
        with Ground() as ground:
            ground.prepare()
            flags = ["-n", "0", "-p", "no:randomly", "-s", "-o", "addopts=--import-mode=importlib --strict-markers"]
            command = [sys.executable, "-m", "pytest", *flags, str(HERE / "checks.py"), *arguments]
            return subprocess.run(command, cwd=ROOT, env=os.environ | ground.environment, check=False).returncode
    except NotHereError as reason:
        sys.stdout.write(f"Os testes em contêineres não rodam aqui: {reason}.\n")
        return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
