"""A day of 1,000 companies on 1, 10 and 100 machines, calculated from the measured costs of `bench/custos.json`.

`python -m bench.capacidade [--empresas N] [--maquinas 1,10,100] [--nucleos N] [--nucleos-central N] [--semente N]
[--conferir] [--pagina]`. Each worker's queue, the processors, the database and the broker at the busiest hour: how much
of them is used, how long 99 of 100 wait at most, and what ends first. One machine does all; of more, one more holds
database and broker. `python -m bench.custos --gravar` measures the costs anew; `--conferir` runs deliveries at 40 and
400 a second here: what was calculated stands beside what was measured.
"""

import argparse
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from bench import custos, filas_de_espera
from bench.dia import COMPANIES, DAY, HOURS
from bench.gasto import Spent
from bench.installation import ROOT
from docs.generate.blocks import replaced

PAGE = ROOT / "docs" / "reference" / "capacidade.md"
MACHINES, CORES, CENTRAL_CORES, SEED = (1, 10, 100), 2, 8, 1
CHECKED_RATES = (40.0, 400.0)
# With so many one machine is not enough.
MANY = 50_000
# One page process of the API on a machine; the queues' own are declared in tasks/.
API, API_PROCESSES = "api", 1
MACHINE, DATABASE, BROKER = "processadores", "banco", "broker"
MS = 1000.0


@dataclass(frozen=True)
class Costs:
    """What was measured: each unit, by which worker it is done, and a machine at rest for a second."""

    units: Mapping[str, Spent]
    workers: Mapping[str, str]
    rest: Spent
    when: str
    machine: str
    by: str
    checked: Mapping[str, float]


@cache
def costs() -> Costs:
    """Return the table that is kept."""
    content = json.loads(custos.TABLE.read_text(encoding="utf-8"))
    spent = {
        name: Spent(**{key: one[key] for key in one if key != "worker"}) for name, one in content["unidades"].items()
    }
    workers = {name: one["worker"] for name, one in content["unidades"].items() if name != custos.REST}
    rest = spent.pop(custos.REST)
    return Costs(
        spent, workers, rest, content["data"], content["maquina"], content["medido_por"], content.get("conferencia", {})
    )


@dataclass(frozen=True)
class Place:
    """Something that may be used up: its share in the busiest hour, the longest wait of 99 in 100, in seconds.

    `resting` is the share that machines without work take.
    """

    name: str
    used: float
    wait: float
    resting: float = 0.0

    def ends_at(self, companies: int) -> float:
        """Return with how many companies it is used up, if everything grows alike."""
        return companies * (1 - self.resting) / (self.used - self.resting) if self.used > self.resting else math.inf


@dataclass(frozen=True)
class Setup:
    """How many machines with how many cores, whether the database has its own, and for how many companies."""

    machines: int
    cores: int = CORES
    central_cores: int = CENTRAL_CORES
    companies: int = COMPANIES
    seed: int = SEED

    @property
    def together(self) -> bool:
        """Whether database and broker share the machine of the workers."""
        return self.machines == 1


@dataclass(frozen=True)
class Outcome:
    """A setup at its busiest hour."""

    setup: Setup
    hour: int
    places: Sequence[Place]
    transactions: float
    log_mib: float
    commands: float
    left: float

    @property
    def first(self) -> Place:
        """What ends first."""
        return min(self.places, key=lambda place: place.ends_at(self.setup.companies))


def rates(setup: Setup, hour: int) -> dict[str, float]:
    """Return how many of each unit come in a second of an hour."""
    return {one.unit: one.per_hour(setup.companies)[hour] / 3600 for one in DAY}


def load(setup: Setup, known: Costs, hour: int) -> Spent:
    """Return what a second of an hour takes of all parts, machines at rest included."""
    found = dict.fromkeys(Spent.__dataclass_fields__, 0.0)
    for unit, rate in rates(setup, hour).items():
        for name in found:
            found[name] += rate * getattr(known.units[unit], name)
    return Spent(**{name: value + setup.machines * getattr(known.rest, name) for name, value in found.items()})


def busiest(setup: Setup, known: Costs) -> int:
    """Return the hour that takes most of the processors."""
    return max(range(HOURS), key=lambda hour: _all_ms(load(setup, known, hour)))


def _all_ms(spent: Spent) -> float:
    return spent.workers_ms + spent.banco_ms + spent.broker_ms


def simulate(setup: Setup, known: Costs) -> Outcome:
    """Return how a setup stands at its busiest hour."""
    hour = busiest(setup, known)
    took, idle = load(setup, known, hour), setup.machines
    resting = Spent(*(idle * getattr(known.rest, name) for name in Spent.__dataclass_fields__))
    cores = setup.machines * setup.cores
    ours = _all_ms if setup.together else lambda spent: spent.workers_ms
    central = setup.cores if setup.together else setup.central_cores
    machine = _station(MACHINE, ours(took), ours(resting), cores, _mean(setup, known, hour, "workers_ms"), setup.seed)
    database = _station(
        DATABASE, took.banco_ms, resting.banco_ms, central, _mean(setup, known, hour, "banco_ms"), setup.seed
    )
    broker = _station(BROKER, took.broker_ms, resting.broker_ms, 1, _mean(setup, known, hour, "broker_ms"), setup.seed)
    queues = [_queue(setup, known, hour, worker, machine.used) for worker in dict.fromkeys(known.workers.values())]
    day = [_all_ms(load(setup, known, each)) * 3600 for each in range(HOURS)]
    over = filas_de_espera.left(day, MS * 3600 * (cores + (0 if setup.together else central + 1)))
    return Outcome(
        setup, hour, [*queues, machine, database, broker], took.transacoes, took.log_kib / 1024, took.broker_comandos,
        over[-1],
    )  # fmt: skip


def _mean(setup: Setup, known: Costs, hour: int, name: str) -> tuple[float, float]:
    """Return how many units a second come to a part, and the seconds that one takes there on average."""
    found = rates(setup, hour)
    total = sum(found.values())
    return total, sum(rate * getattr(known.units[unit], name) for unit, rate in found.items()) / total / MS


def _station(name: str, took: float, resting: float, servers: int, mean: tuple[float, float], seed: int) -> Place:
    used, rest = took / MS / servers, resting / MS / servers
    return Place(name, used, _wait(mean[0], mean[1], servers, used, seed), rest)


def _queue(setup: Setup, known: Costs, hour: int, worker: str, busy: float) -> Place:
    """Return how the processes of one worker stand; the busier a machine is, the longer each unit takes them."""
    found = rates(setup, hour)
    mine = {unit: rate for unit, rate in found.items() if known.workers[unit] == worker}
    total = sum(mine.values())
    held = sum(rate * (known.units[unit].workers_ms + known.units[unit].banco_ms) for unit, rate in mine.items()) / MS
    servers = processes(worker) * setup.machines
    used, stretched = held / servers, held / max(1e-9, 1 - busy)
    if max(busy, stretched / servers) >= 1:
        return Place(worker, used, math.inf)
    return Place(worker, used, _wait(total, stretched / total if total else 0.0, servers, used, setup.seed))


def _wait(per_second: float, mean: float, servers: int, used: float, seed: int) -> float:
    if used >= 1:
        return math.inf
    if not per_second:
        return 0.0
    arrivals, services = filas_de_espera.draws(per_second, mean, seed)
    return filas_de_espera.p99(filas_de_espera.waits(arrivals, services, servers))


@cache
def processes(worker: str) -> int:
    """Return how many processes a worker has on a machine."""
    from workers.layout import one_per_family

    if worker == API:
        return API_PROCESSES
    return next(one.processes for one in one_per_family() if one.name == worker)


def unit_table(known: Costs) -> list[str]:
    """Return the costs as lines of a Markdown table."""
    lines = [
        "| unidade | worker | workers | banco | transações | log do banco | broker | comandos |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, one in {**known.units, custos.REST: known.rest}.items():
        lines.append(
            f"| {name} | `{known.workers.get(name, 'todos')}` | {_number(one.workers_ms, 2)} ms | "
            f"{_number(one.banco_ms, 2)} ms | {_number(one.transacoes, 2)} | {_number(one.log_kib, 1)} KiB | "
            f"{_number(one.broker_ms, 3)} ms | {_number(one.broker_comandos, 2)} |"
        )
    return lines


def capacity_table(outcomes: Sequence[Outcome]) -> list[str]:
    """Return how full each part is and how long one waits there, by the number of machines, as a Markdown table."""
    heads = [f"{one.setup.machines} máquina{'s' if one.setup.machines > 1 else ''}" for one in outcomes]
    lines = [f"| no pico | {' | '.join(heads)} |", f"| --- |{' --- |' * len(heads)}"]
    for at, place in enumerate(outcomes[0].places):
        cells = [_told(one.places[at]) for one in outcomes]
        lines.append(f"| `{place.name}` | {' | '.join(cells)} |")
    totals = {
        "transações no banco, por segundo": [_number(one.transactions) for one in outcomes],
        "log do banco": [f"{_number(one.log_mib, 2)} MiB/s" for one in outcomes],
        "comandos no broker, por segundo": [_number(one.commands) for one in outcomes],
        "acaba primeiro": [
            f"`{one.first.name}`, com {_number(one.first.ends_at(one.setup.companies))} empresas" for one in outcomes
        ],
    }
    return [*lines, *(f"| {name} | {' | '.join(cells)} |" for name, cells in totals.items())]


def _number(value: float, places: int = 0) -> str:
    """Return a number as Brazilians write it: 1.234,5."""
    return f"{value:,.{places}f}".translate(str.maketrans(",.", ".,"))


def _told(place: Place) -> str:
    if math.isinf(place.wait):
        reason = "não dá conta" if place.used >= 1 else "faltam processadores"
        return f"{_number(place.used * 100, 1)} %, {reason}"
    return f"{_number(place.used * 100, 1)} %, espera {_number(place.wait * MS, 1)} ms"


def check() -> None:
    """Run deliveries at some rates here, and keep the cores that each took beside the costs."""
    found = {rate: _all_ms(custos.one("entrega", 1.0, "--ritmo", str(rate))) * rate / MS for rate in CHECKED_RATES}
    content = json.loads(custos.TABLE.read_text(encoding="utf-8"))
    content["conferencia"] = {f"{rate:g}": round(cores, 4) for rate, cores in found.items()}
    custos.write(content)
    costs.cache_clear()


def check_table(known: Costs) -> list[str]:
    """Return what was calculated beside what was measured, as a Markdown table; a word where nothing was."""
    if not known.checked:
        return ["Ainda não foi medido."]
    lines = [
        "| entregas por segundo | núcleos calculados | núcleos medidos | medido ÷ calculado |",
        "| --- | --- | --- | --- |",
    ]
    for rate, measured in known.checked.items():
        calculated = _all_ms(known.units["entrega"]) * float(rate) / MS
        lines.append(
            f"| {rate} | {_number(calculated, 2)} | {_number(measured, 2)} | {_number(measured / calculated, 2)} |"
        )
    return lines


def day_table() -> list[str]:
    """Return what a company brings a day, as a Markdown table."""
    rows = [f"| {one.unit} | {one.each:g} | {one.why} |" for one in DAY]
    return ["| unidade | quantas | por quê |", "| --- | --- | --- |", *rows]


def page(text: str) -> str:
    """Return the page of capacity with the tables of now."""
    known = costs()
    outcomes = [simulate(Setup(machines), known) for machines in MACHINES]
    where = f"Medidos em {known.when} por `{known.by}`: {known.machine}."
    parts = {
        "medida": [where],
        "custos": unit_table(known),
        "capacidade": capacity_table(outcomes),
        "capacidade-muitas": capacity_table(
            [simulate(Setup(machines, companies=MANY), known) for machines in MACHINES]
        ),
        "dia": day_table(),
        "conferencia": check_table(known),
    }
    for name, lines in parts.items():
        text = replaced(text, name, "\n".join(lines))
    return text


def main() -> None:
    """Print the tables."""
    arguments: Any = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--empresas", type=int, default=COMPANIES)
    arguments.add_argument("--maquinas", default=",".join(map(str, MACHINES)))
    arguments.add_argument("--nucleos", type=int, default=CORES, help="de cada máquina")
    arguments.add_argument("--nucleos-central", type=int, default=CENTRAL_CORES, help="da máquina do banco e do broker")
    arguments.add_argument("--semente", type=int, default=SEED)
    arguments.add_argument("--conferir", action="store_true", help="mede entregas aqui e guarda ao lado do calculado")
    arguments.add_argument("--pagina", action="store_true", help=f"escreve as tabelas em {PAGE.name}")
    given = arguments.parse_args()
    if given.conferir:
        check()
    known = costs()
    setups = [
        Setup(int(machines), given.nucleos, given.nucleos_central, given.empresas, given.semente)
        for machines in given.maquinas.split(",")
    ]
    print(f"custos medidos em {known.when} por `{known.by}`: {known.machine}")
    for lines in (unit_table(known), capacity_table([simulate(one, known) for one in setups]), check_table(known)):
        print("\n".join(["", *lines]), flush=True)
    if given.pagina:
        PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
