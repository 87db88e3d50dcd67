"""What a command costs: its CPU from its start to its end, beside a bare Python that imports what any of them needs.

`python -m bench.partida [--comando 'sat listar'] [--vezes 7]`.
"""

import argparse
import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bench import figures, machine
from bench.installation import fresh

HELP_SHARE, REPORT_SHARE = 0.6, 1.4
REFERENCE = ("-c", "import typer, rich, sqlalchemy.orm, pydantic_settings")
REPORTS = (
    "entregas listar",
    "sat listar",
    "alertas listar",
    "questor listar",
    "destinos listar",
    "eventos listar",
    "documentos listar",
    "diagnostico",
)


def cpu(arguments: Sequence[str], folder: Path) -> float:
    """Return the milliseconds of CPU, of user and system, that a Python with these arguments takes."""
    # the libraries of the reference were compiled when they were installed; ours are by the first run, which counts not
    compiled = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(
        [sys.executable, *arguments], cwd=folder, env=compiled, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(arguments)} terminou com {process.returncode}")
    return 1000 * (used.ru_utime + used.ru_stime)


def commands(reports: Sequence[str], times: int) -> None:
    """Print what each command takes, all of them in turn so that a slow moment of the machine touches all."""
    asked = {"": REFERENCE} | {words: ("-m", "cli.main", *words.split()) for words in ("--help", *reports)}
    with fresh("sqlite") as folder:
        for arguments in asked.values():
            cpu(arguments, folder)
        rounds = [{words: cpu(arguments, folder) for words, arguments in asked.items()} for _ in range(times)]
    medians = {words: statistics.median(one[words] for one in rounds) for words in asked}
    reference = ("importações", medians.pop(""))
    for words, taken in medians.items():
        share = HELP_SHARE if words == "--help" else REPORT_SHARE
        figures.show(f"esteira {words}", taken, "ms de CPU", reference, below=round(share * reference[1]))


def main() -> None:
    """Print a line for each command."""
    wanted = argparse.ArgumentParser(prog="python -m bench.partida", description=(__doc__ or "").splitlines()[0])
    wanted.add_argument("--comando", action="append", help="em vez de todos os que mostram algo")
    wanted.add_argument("--vezes", type=int, default=7)
    asked = wanted.parse_args()
    machine.tell()
    commands(asked.comando or REPORTS, asked.vezes)


if __name__ == "__main__":
    main()
