"""What the demonstration costs at rest with every flow on: its processes, their memory, the CPU of a quiet minute.

`python -m bench.repouso [--segundos 100]`. `esteira subir --demo` runs for so long, and the second half is looked at.
Memory is PSS (smaps_rollup): pages that processes share are counted once.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import bench.installation  # noqa: F401 - it lets the test support be found
from bench import cpu, figures, machine

REST_MIB, REST_PROCESSES, REST_CPU = 700, 11, 6.0
LOOK_SECONDS = 1.0
# What a newcomer waits for, in the lines of the view.
FIRST_USE = re.compile(rb"receptor: [1-9]\d* com assinatura verificada")


@dataclass(frozen=True)
class Part:
    """A process as it was seen once: what it is called, and its MiB."""

    name: str
    mib: float


Look = dict[int, Part]


@dataclass
class Heard:
    """When it said something for the first time, and when a receiver had verified a webhook; in seconds."""

    began: float = field(default_factory=time.monotonic)
    spoke: float | None = None
    useful: float | None = None

    def listen(self, output: IO[bytes]) -> None:
        """Read to the end of the output."""
        for line in output:
            now = time.monotonic() - self.began
            self.spoke = self.spoke or now
            if self.useful is None and FIRST_USE.search(line):
                self.useful = now

    def __str__(self) -> str:
        spoke, useful = ("não se viu" if one is None else f"após {one:.1f} s" for one in (self.spoke, self.useful))
        return f"primeira linha: {spoke}; primeiro webhook verificado: {useful}"


@contextmanager
def demonstration() -> Iterator[tuple[subprocess.Popen[bytes], Heard]]:
    """Run it in a folder of its own until the end of the block."""
    from support.ports import free_port

    clean = {name: value for name, value in os.environ.items() if not name.startswith("ESTEIRA_")}
    ports = {"ESTEIRA_FLOWER__PORT": str(free_port()), "ESTEIRA_API__PORT": str(free_port())}
    command = [sys.executable, "-m", "cli.main", "subir", "--demo"]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        heard = Heard()
        process = subprocess.Popen(command, cwd=folder, env=clean | ports, stdout=subprocess.PIPE, stderr=-2)
        assert process.stdout is not None
        reader = threading.Thread(target=heard.listen, args=(process.stdout,), daemon=True)
        reader.start()
        try:
            yield process, heard
        finally:
            process.terminate()
            process.wait()
            reader.join()


def family(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    found = [pid]
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [one for child in text(children).split() for one in family(int(child))]
    return found


def look(pid: int) -> Look:
    """Return each process of a family, by number; one that ends meanwhile is left out."""
    shares = {one: re.search(r"^Pss:\s+(\d+)", text(Path(f"/proc/{one}/smaps_rollup")), re.M) for one in family(pid)}
    return {one: Part(called(one), int(found[1]) / 1024) for one, found in shares.items() if found}


def total(found: Look) -> float:
    """Return the MiB of all together."""
    return sum(part.mib for part in found.values())


def text(path: Path) -> str:
    """Return what a file of the kernel says; nothing of a process that is gone."""
    try:
        return path.read_text()
    except OSError:
        return ""


def called(pid: int) -> str:
    """Return what a process is called: its worker, its module, or its program."""
    words = text(Path(f"/proc/{pid}/cmdline")).rstrip("\0 ").split("\0")
    if "-n" in words:
        return "worker " + words[words.index("-n") + 1].partition("@")[0]
    return " ".join(words[2:4] if "-m" in words[:2] else [Path(words[0]).name])


def watched(process: subprocess.Popen[bytes], seconds: float) -> list[Look]:
    """Look once a second for so many seconds."""
    ends, looks = time.monotonic() + seconds, list[Look]()
    while not looks or time.monotonic() < ends:
        if process.poll() is not None:
            raise SystemExit("a demonstração terminou antes da hora")
        looks.append(look(process.pid))
        time.sleep(LOOK_SECONDS)
    return looks


def bare() -> float:
    """Return the MiB of a Python that does nothing."""
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as process:
        time.sleep(LOOK_SECONDS)
        return total(look(process.pid))


def tell(looks: Sequence[Look], used: Mapping[int, float], minutes: float) -> None:
    """Print the look with the most memory, and the figures with their targets."""
    largest = max(looks, key=total)
    for pid, part in largest.items():
        print(f"  {part.name:40} {part.mib:7.1f} MiB {used.get(pid, 0.0) / minutes:7.2f} s de CPU por minuto")
    changed = len(set().union(*looks)) - len(set.intersection(*map(set, looks)))
    print(f"processos que começaram ou terminaram na segunda metade: {changed}")
    figures.show("demonstração em repouso", total(largest), "MiB PSS", ("um Python", bare()), below=REST_MIB)
    target("processos em repouso", max(map(len, looks)), REST_PROCESSES)
    target("CPU em repouso, s por minuto", round(sum(used.values()) / minutes, 1), REST_CPU)


def target(what: str, figure: float, most: float) -> None:
    """Print a figure beside the most that it may be."""
    print(f"{what}: {figure:g}   alvo ≤ {most:g}: {'cumprido' if figure <= most else 'PERDIDO'}", flush=True)


def measure(seconds: float) -> None:
    """Run the demonstration, let it come to rest in the first half, print what it costs in the second."""
    with demonstration() as (process, heard):
        watched(process, seconds / 2)
        before, began = cpu.tree([process.pid]), time.monotonic()
        looks = watched(process, seconds / 2)
        after, minutes = cpu.tree([process.pid]), (time.monotonic() - began) / 60
    print(heard)
    tell(looks, {pid: used - before.get(pid, 0.0) for pid, used in after.items()}, minutes)


def main() -> None:
    """Print the lines."""
    wanted = argparse.ArgumentParser(prog="python -m bench.repouso", description=(__doc__ or "").splitlines()[0])
    wanted.add_argument("--segundos", type=float, default=100)
    machine.tell()
    measure(wanted.parse_args().segundos)


if __name__ == "__main__":
    main()
