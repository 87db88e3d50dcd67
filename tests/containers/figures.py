"""What the stack costs: CPU and memory of its containers, of the engine for them, and of their checks."""

import os
import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from containers.stack import Stack

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """Shares of one core, and what is held: processes and MB of memory, each page counted once."""

    containers: float
    engine: float
    processes: int
    memory: float

    def __str__(self) -> str:
        shares = f"{self.containers:.1%} de um núcleo nos contêineres, {self.engine:.1%} no engine"
        return f"em repouso: {shares}; {self.processes} processos, {self.memory:.0f} MB PSS"


def pids(stack: Stack, container: str) -> list[int]:
    """Return the processes of a container, as this machine numbers them."""
    lines = stack.run("docker", "top", container, "-eo", "pid").splitlines()[1:]
    return [int(line) for line in lines]


def memory(numbers: list[int]) -> float:
    """Return the MB that these processes hold; shared pages by their share."""
    total = 0
    for pid in numbers:
        try:
            found = re.search(r"(?m)^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text())
        except OSError:
            continue
        total += int(found[1]) if found else 0
    return total / 1024


def cpu(stack: Stack, containers: list[str]) -> float:
    """Return the seconds of CPU that these containers have had, their checks among them."""
    return sum(_of_group(stack, one) for one in containers)


def _of_group(stack: Stack, container: str) -> float:
    number = stack.inspect(container)["Id"]
    for path, unit in (
        (f"/sys/fs/cgroup/cpuacct/docker/{number}/cpuacct.usage", 1e9),
        (f"/sys/fs/cgroup/cpu,cpuacct/docker/{number}/cpuacct.usage", 1e9),
    ):
        if Path(path).exists():
            return int(Path(path).read_text()) / unit
    for path in Path("/sys/fs/cgroup").rglob(f"*{number}*/cpu.stat"):
        if found := re.search(r"usage_usec (\d+)", path.read_text()):
            return int(found[1]) / 1e6
    # no group that counts: what its processes have had, and those of them that have ended
    return sum(_of_process(pid) for pid in pids(stack, container))


def _of_process(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / TICKS


def engine(address: str) -> float:
    """Return the seconds of CPU that the engine of this address has had: dockerd, containerd and their helpers."""
    found = subprocess.run(["ps", "-ww", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in found.splitlines()[1:]]
    ours = {row[0] for row in rows if "dockerd" in row[2] and address.removeprefix("unix://") in row[2]}
    for _ in range(3):
        ours |= {row[0] for row in rows if row[1] in ours and "containerd" in row[2]}
    root = next((row[2] for row in rows if row[0] in ours), "")
    exec_root = re.search(r"--exec-root[= ](\S+)", root)
    if exec_root:
        ours |= {row[0] for row in rows if "containerd-shim" in row[2] and exec_root[1] in row[2]}
    return sum(_of_process(int(pid)) for pid in ours)


def at_rest(stack: Stack, seconds: float) -> Cost:
    """Watch the stack for so long."""
    names = [name for name, service in stack.containers().items() if service not in ("fora", "escritorio", "migrar")]
    address = os.environ.get("DOCKER_HOST", "")
    before = cpu(stack, names), engine(address), time.monotonic()
    time.sleep(seconds)
    spent = time.monotonic() - before[2]
    shares = (cpu(stack, names) - before[0]) / spent, (engine(address) - before[1]) / spent
    processes = [pid for name in names for pid in pids(stack, name)]
    return Cost(*shares, len(processes), memory(processes))
