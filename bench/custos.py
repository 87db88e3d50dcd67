"""What one unit of each kind of work costs, and a machine of workers that has nothing to do.

`python -m bench.custos [--unidades NOME …] [--vezes N] [--gravar]`; PostgreSQL with fsync on, the workers as shipped,
the outside in a process of its own. CPU counts, not the wall, so other work beside it does little harm. With `--gravar`
the table that `bench.capacidade` calculates with is written anew, with the date and what this machine is.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from bench import custos_trabalho, machine
from bench.gasto import Account, Spent
from bench.installation import ROOT, fresh, workers

TABLE = Path(__file__).with_name("custos.json")
REST, REST_SECONDS, RATE_SECONDS = "máquina em repouso, por segundo", 20, 6
# How each is called, which worker carries it, and how it is measured with so many units.
Measured = Callable[[int], Spent]


def rest(seconds: int) -> Spent:
    """Return what all workers of one machine take a second when nothing is owed."""
    with fresh("postgresql"), everybody():
        # what is done once, at the start, is no rest
        time.sleep(10)
        account = Account(own=False)
        time.sleep(seconds)
        return account.spent().per(time.monotonic() - account.began)


@contextmanager
def everybody() -> Iterator[None]:
    """Run one worker of each family, as on many machines, and beat."""
    from workers.layout import one_per_family

    with workers(*(worker.name for worker in one_per_family()), beat=True):
        yield


UNITS: dict[str, tuple[str, int, Measured]] = {
    "entrega": ("entregas", 800, custos_trabalho.deliveries),
    "consulta de caixa": ("sat", 300, custos_trabalho.boxes),
    "linha de fila Oracle": ("fila", 3000, custos_trabalho.rows),
    "documento importado": ("documentos", 600, custos_trabalho.documents),
    "XML ao Questor": ("questor", 2000, custos_trabalho.uploads),
    "item sincronizado": ("sync", 160, custos_trabalho.items),
    "e-mail": ("email", 300, custos_trabalho.mails),
    "pedido à API": ("api", 600, custos_trabalho.requests),
    REST: ("todos", REST_SECONDS, rest),
}


def show(name: str, found: Spent) -> None:
    """Print the line of one unit."""
    database = f"banco {found.banco_ms:7.2f} ms, {found.transacoes:6.2f} transações, {found.log_kib:6.1f} KiB"
    broker = f"broker {found.broker_ms:6.3f} ms, {found.broker_comandos:6.2f} comandos"
    print(f"{name:30} workers {found.workers_ms:7.2f} ms  {database}  {broker}", flush=True)


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())


def keep(units: Mapping[str, Spent]) -> None:
    """Write the table."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    content = {
        "data": datetime.now(UTC).date().isoformat(),
        "maquina": f"{os.cpu_count()} núcleos ({_processor()}), {memory:.0f} GiB, Python {platform.python_version()}",
        "medido_por": "python -m bench.custos --gravar",
        "unidades": {
            name: {"worker": UNITS[name][0], **{key: round(value, 4) for key, value in asdict(found).items()}}
            for name, found in units.items()
        },
    }
    write(content)


def write(content: Mapping[str, object]) -> None:
    """Write the file of the table."""
    TABLE.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def one(name: str, times: float, *more: str) -> Spent:
    """Measure one unit in a process of its own, whose settings are its own."""
    words = [sys.executable, "-m", "bench.custos", "--so", name, "--vezes", str(times), *more]
    said = subprocess.run(words, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1]
    return Spent(**json.loads(said))


def main() -> None:
    """Measure all, each in its own process."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--so", choices=UNITS, help="só esta unidade; a última linha é JSON")
    arguments.add_argument("--unidades", nargs="+", choices=UNITS, help="só estas; as outras ficam como estão")
    arguments.add_argument("--vezes", type=float, default=1.0, help="tantas vezes a quantidade de costume")
    arguments.add_argument("--ritmo", type=float, help="com `--so entrega`: entregas por segundo")
    arguments.add_argument("--gravar", action="store_true", help=f"escreve {TABLE.name}")
    given = arguments.parse_args()
    if given.so:
        print(json.dumps(asdict(measured(given.so, given.vezes, given.ritmo))))
        return
    machine.tell()
    kept = json.loads(TABLE.read_text(encoding="utf-8"))["unidades"] if TABLE.exists() else {}
    found = {name: Spent(**{key: row[key] for key in row if key != "worker"}) for name, row in kept.items()}
    for name in given.unidades or UNITS:
        found[name] = one(name, given.vezes)
        show(name, found[name])
    if given.gravar:
        keep({name: found[name] for name in UNITS})


def measured(name: str, times: float, rate: float | None) -> Spent:
    """Measure one unit in this process, deliveries at a rate if one is given."""
    _, amount, measure = UNITS[name]
    if rate is not None:
        return custos_trabalho.deliveries(int(rate * RATE_SECONDS), rate)
    return measure(max(1, int(amount * times)))


if __name__ == "__main__":
    main()
