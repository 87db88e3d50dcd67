"""What it costs to be there: CPU of a command from its start to its end, memory and processes of the demonstration.

`python -m bench.partida [--parte comandos|memoria] [--vezes 7] [--segundos 60]`. Beside a command: a bare Python that
imports what any such command needs. Memory is PSS (smaps_rollup): pages that processes share are counted once.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench import figures, machine
from bench.installation import fresh

HELP_SHARE, REPORT_SHARE = 0.6, 1.4
REST_MIB, REST_PROCESSES = 600, 11
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
PARTS = ("comandos", "memoria")
LOOK_SECONDS = 1.0


def cpu(arguments: Sequence[str], folder: Path) -> float:
    """Return the milliseconds of CPU, of user and system, that a Python with these arguments takes."""
    process = subprocess.Popen(
        [sys.executable, *arguments], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(arguments)} terminou com {process.returncode}")
    return 1000 * (used.ru_utime + used.ru_stime)


def commands(times: int) -> None:
    """Print what each command takes, all of them in turn so that a slow moment of the machine touches all."""
    asked = {"": REFERENCE} | {words: ("-m", "cli.main", *words.split()) for words in ("--help", *REPORTS)}
    with fresh("sqlite") as folder:
        for arguments in asked.values():
            cpu(arguments, folder)
        rounds = [{words: cpu(arguments, folder) for words, arguments in asked.items()} for _ in range(times)]
    medians = {words: statistics.median(one[words] for one in rounds) for words in asked}
    reference = ("importações", medians.pop(""))
    for words, taken in medians.items():
        share = HELP_SHARE if words == "--help" else REPORT_SHARE
        figures.show(f"esteira {words}", taken, "ms de CPU", reference, below=round(share * reference[1]))


def family(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    found = [pid]
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [one for child in children.read_text().split() for one in family(int(child))]
    return found


def shares(pids: Sequence[int]) -> dict[int, float]:
    """Return the MiB of each process; one that has ended meanwhile is left out."""
    found = {}
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        found[pid] = next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
    return found


def memory(seconds: float) -> None:
    """Print the largest memory of the demonstration, and its processes, in the second half of so many seconds."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        process = subprocess.Popen(
            [sys.executable, "-m", "cli.main", "subir", "--demo"],
            cwd=folder,
            env=_environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            time.sleep(seconds / 2)
            seen = _watched(process, seconds / 2)
        finally:
            process.terminate()
            process.wait()
    largest = max(seen, key=lambda one: sum(one.values()))
    bare = ("um Python", _bare())
    figures.show("demonstração em repouso", sum(largest.values()), "MiB PSS", bare, below=REST_MIB)
    most = max(len(one) for one in seen)
    verdict = "PERDIDO" if most > REST_PROCESSES else "cumprido"
    print(f"processos em repouso: {most}   alvo ≤ {REST_PROCESSES}: {verdict}")


def _environment() -> Mapping[str, str]:
    from support.ports import free_port

    clean = {name: value for name, value in os.environ.items() if not name.startswith("ESTEIRA_")}
    return clean | {"ESTEIRA_FLOWER__PORT": str(free_port()), "ESTEIRA_API__PORT": str(free_port())}


def _watched(process: subprocess.Popen[bytes], seconds: float) -> list[dict[int, float]]:
    ends = time.monotonic() + seconds
    seen: list[dict[int, float]] = []
    while not seen or time.monotonic() < ends:
        if process.poll() is not None:
            raise SystemExit("a demonstração terminou antes da hora")
        seen.append(shares(family(process.pid)))
        time.sleep(LOOK_SECONDS)
    return seen


def _bare() -> float:
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as process:
        time.sleep(LOOK_SECONDS)
        return shares([process.pid])[process.pid]


def main() -> None:
    """Run the parts."""
    wanted = argparse.ArgumentParser(prog="python -m bench.partida", description=(__doc__ or "").splitlines()[0])
    wanted.add_argument("--parte", choices=PARTS)
    wanted.add_argument("--vezes", type=int, default=7)
    wanted.add_argument("--segundos", type=float, default=60)
    asked = wanted.parse_args()
    machine.tell()
    if asked.parte != "memoria":
        commands(asked.vezes)
    if asked.parte != "comandos":
        memory(asked.segundos)


if __name__ == "__main__":
    main()
