"""Three machines in miniature: one with database and broker, two with workers, which are cut off, healed and killed.

`python -m bench.nos [--segundos N] [--ritmo N] [--documentos N]`, as root. While webhooks, ntfy messages, an ERP's
orders and a lot of Questor are owed, a node is unplugged, silenced without a reset, and cut from the central alone,
each time for longer than a lease; then one is killed and started again. It ends in a table of what was owed and what
arrived; the exit code is 0 only if nothing was lost, nothing came twice beyond what was under way, whoever lost its
lease wrote nothing, and the nodes came back by themselves in time.
"""

import argparse
import math
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from bench import installation, machine, rede
from bench.central import ERP, Central, serving
from bench.chegadas import judge
from bench.nos_fluxos import LOT, Outside

CENTRAL, B, C = "central", "no-b", "no-c"
# After the healing of a cut a node works again within this time.
BACK_SECONDS, PATIENCE_SECONDS, HOLDING_SECONDS, STILL_SECONDS = 60.0, 240.0, 20.0, 2.0
KINDS = {"cabo": "sem cabo", "mudo": "mudo, sem RST", "banco": "sem o central, com o resto"}
HELD_DELIVERIES = "SELECT id, destino_id FROM delivery WHERE lease_token LIKE :node"
HELD_FILES = "SELECT id FROM questor_arquivo WHERE lease_token LIKE :node"
SETTLED = (
    "SELECT d.id, d.estado, d.due_at, d.lease_token, (SELECT count(*) FROM attempt a WHERE a.delivery_id = d.id) "
    "FROM delivery d WHERE d.id = ANY(:ids) AND d.lease_token IS NULL AND d.estado = 'entregue'"
)


class Node:
    """A machine that runs `esteira subir` with the broker and the database of the central."""

    def __init__(self, place: rede.Machine, folder: Path, environment: Mapping[str, str]) -> None:
        self.place, self.folder = place, folder / place.name
        self.folder.mkdir()
        clean = {name: value for name, value in os.environ.items() if not name.startswith("ESTEIRA_")}
        self._environment = {**clean, **environment, "ESTEIRA_CORE__DATA_DIR": str(self.folder / "dados")}
        self.log = self.folder / "saida.log"

    def start(self) -> None:
        """Start it."""
        with self.log.open("ab") as log:
            words = self.place.words([sys.executable, "-m", "cli.main", "subir"])
            self._process = subprocess.Popen(
                words, cwd=self.folder, env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def pids(self) -> list[int]:
        """Return its processes."""
        from support.line import processes_of

        return processes_of(str(self.folder / "dados"))

    def kill(self) -> None:
        """End all of it at once, as a power cut does."""
        while pids := self.pids():
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self._process.wait()


@dataclass
class Cut:
    """What one cut found and did: what the node held, what others had settled meanwhile, and when it was back."""

    kind: str
    held: Counter[str]
    settled: dict[int, Any] = field(default_factory=dict)
    overwritten: int = 0
    asked: float | None = None
    answers: float | None = None

    @property
    def in_time(self) -> bool:
        """Whether the node asked the database and answered over the broker soon enough."""
        return max(one if one is not None else math.inf for one in (self.asked, self.answers)) <= BACK_SECONDS


class Run:
    """The whole of it."""

    def __init__(self, central: Central, outside: Outside, nodes: Mapping[str, Node]) -> None:
        self.central, self.outside, self.nodes = central, outside, nodes
        self.ours, self.erp = create_engine(central.database()), create_engine(central.database(ERP))
        self.cuts: list[Cut] = []
        self._over = threading.Event()

    def feed(self, rate: float) -> None:
        """Let things happen at a rate until told to end."""
        number, began = 0, time.monotonic()
        while not self._over.wait(max(0.0, began + number / rate - time.monotonic())):
            number += 1
            self.outside.owe(number, self.erp)

    @contextmanager
    def feeding(self, rate: float) -> Iterator[None]:
        """Do so until the end of the block."""
        thread = threading.Thread(target=self.feed, args=(rate,))
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()

    def wait_workers(self, *names: str, seconds: float = PATIENCE_SECONDS) -> float | None:
        """Wait until all workers of these machines answer; return how long it took."""
        from workers.layout import one_machine

        wanted = {f"{worker.name}@{name}" for name in names for worker in one_machine()}
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            if wanted <= self._answering():
                return time.monotonic() - began
            time.sleep(0.5)
        return None

    def _answering(self) -> set[str]:
        from core import broker_link

        return {name for answer in broker_link.asked("ping", 1.5) for name in answer}

    def held(self, name: str, seconds: float = 0.0) -> tuple[Counter[str], list[int]]:
        """Return what a machine holds, by flow, and the deliveries among it.

        Over so many seconds: the server may still be at what was said to it before a cut.
        """
        paths = {number: path for path, number in self.outside.destinations.items()}
        ends, files, rows = time.monotonic() + seconds, set[int](), set[tuple[int, int]]()
        while True:
            with self.ours.connect() as db:
                rows |= {tuple(row) for row in db.execute(text(HELD_DELIVERIES), {"node": f"{name}|%"})}
                files |= set(db.scalars(text(HELD_FILES), {"node": f"{name}|%"}))
            if time.monotonic() >= ends:
                break
            time.sleep(0.05)
        counted = Counter(paths[destino] for _, destino in rows) + Counter({LOT: len(files)})
        return counted, [number for number, _ in rows]

    def asks(self, place: rede.Machine, since: Any) -> bool:
        """Tell whether a machine asked the database anything since an instant."""
        query = "SELECT count(*) FROM pg_stat_activity WHERE client_addr = CAST(:who AS inet) AND query_start > :since"
        with self.ours.connect() as db:
            return bool(db.execute(text(query), {"who": place.address, "since": since}).scalar_one())

    def settled(self, ids: list[int]) -> dict[int, Any]:
        """Return those deliveries that are done, as they stand."""
        with self.ours.connect() as db:
            return {row[0]: tuple(row) for row in db.execute(text(SETTLED), {"ids": ids})}

    def busiest(self) -> str:
        """Return the node that holds most now; of two that hold nothing, any."""
        ends = time.monotonic() + HOLDING_SECONDS
        while True:
            name = max(self.nodes, key=lambda one: self.held(one)[0].total())
            if self.held(name)[0].total() or time.monotonic() > ends:
                return name

    def cut(self, kind: str, seconds: float) -> None:
        """Cut the node off that holds most, for a while; heal it, and see when and how it comes back."""
        name = self.busiest()
        place = self.nodes[name].place
        ways = {"cabo": place.unplugged, "mudo": place.silenced}
        with ways[kind]() if kind in ways else self.central.machine.deaf_to(place):
            held, ids = self.held(name, STILL_SECONDS)
            cut = Cut(kind, held)
            self.cuts.append(cut)
            print(f"{KINDS[kind]}: {name} tinha {_told(held)} em mãos", flush=True)
            time.sleep(seconds)
            cut.settled = self.settled(ids)
        with self.ours.connect() as db:
            healed = db.execute(text("SELECT now()")).scalar_one()
        began = time.monotonic()
        while cut.asked is None and time.monotonic() - began < PATIENCE_SECONDS:
            if self.asks(place, healed):
                cut.asked = time.monotonic() - began
            time.sleep(0.2)
        waited = self.wait_workers(name)
        cut.answers = None if waited is None else time.monotonic() - began
        after = self.settled(list(cut.settled))
        cut.overwritten = sum(after.get(one) != row for one, row in cut.settled.items())
        print(
            f"  {len(cut.settled)} entregas foram feitas pelos outros; na volta {cut.overwritten} mudaram", flush=True
        )
        print(
            f"  na volta: banco após {_seconds(cut.asked)}, workers respondem após {_seconds(cut.answers)}", flush=True
        )

    def kill(self) -> None:
        """Kill `no-b` with all that it does, and start it again."""
        node = self.nodes[B]
        pids = node.pids()
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        held, _ = self.held(B, STILL_SECONDS)
        node.kill()
        node.start()
        waited = self.wait_workers(B)
        # it asks the database before its workers answer
        self.cuts.append(Cut("morte", held, asked=waited, answers=waited))
        print(f"{B} morto com {_told(held)} em mãos; workers respondem após {_seconds(waited)}", flush=True)

    def finish(self) -> bool:
        """Wait until nothing is missing; print the table and tell whether all is right."""
        ends = time.monotonic() + PATIENCE_SECONDS
        while not self.outside.complete and time.monotonic() < ends:
            time.sleep(1)
        in_flight: Counter[str] = sum((cut.held for cut in self.cuts), Counter())
        right = judge(self.outside.flows(in_flight))
        late = [cut for cut in self.cuts if not cut.in_time]
        overwritten = sum(cut.overwritten for cut in self.cuts)
        print(f"perdeu o prazo e escreveu: {overwritten}; voltaram em até {BACK_SECONDS:g} s: "
              f"{len(self.cuts) - len(late)} de {len(self.cuts)}", flush=True)  # fmt: skip
        return right and not overwritten and not late


def _seconds(found: float | None) -> str:
    return "nunca" if found is None else f"{found:.1f} s"


def _told(held: Mapping[str, int]) -> str:
    return ", ".join(f"{amount} de {name}" for name, amount in sorted(held.items())) or "nada"


def _environment(central: Central, network: rede.Network, outside: Outside) -> dict[str, str]:
    key = urlsafe_b64encode(os.urandom(32)).decode()
    return {
        "ESTEIRA_CORE__DATABASE_URL": central.database(),
        "ESTEIRA_CORE__REDIS_URL": central.redis_url,
        "ESTEIRA_CORE__KEYS": f'["{key}"]',
        "ESTEIRA_DELIVERIES__ALLOW_NETWORKS": f'["{network.net}"]',
        "ESTEIRA_DELIVERIES__ALLOW_HTTP": "true",
        "ESTEIRA_DELIVERIES__TOTAL_TIMEOUT": "3",
        "ESTEIRA_DELIVERIES__SCHEDULE": str([1] * 60),
        **outside.settings(central.database(ERP)),
    }


@contextmanager
def running(documents: int) -> Iterator[Run]:
    """Make machines, servers, settings and rows, and start both nodes."""
    network = rede.Network()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        places = dict(zip((CENTRAL, B, C), stack.enter_context(network.machines(CENTRAL, B, C)), strict=True))
        central = stack.enter_context(serving(places[CENTRAL], network))
        outside = stack.enter_context(Outside(network).serving())
        environment = _environment(central, network, outside)
        installation.set_environment({**environment, "ESTEIRA_CORE__DATA_DIR": str(folder / "bancada")})
        installation.migrate()
        nodes = {name: Node(places[name], folder, environment) for name in (B, C)}
        run = Run(central, outside, nodes)
        for engine in (run.ours, run.erp):
            stack.callback(engine.dispose)
        outside.subscribe(folder, documents, run.erp)
        for node in nodes.values():
            stack.callback(node.kill)
            node.start()
        if run.wait_workers(B, C) is None:
            raise SystemExit(f"os workers não responderam:\n{nodes[B].log.read_text()[-3000:]}")
        yield run


def main() -> None:
    """Run it with these amounts."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--segundos", type=float, default=75, help="quanto dura cada corte; mais que um prazo")
    arguments.add_argument("--ritmo", type=float, default=8, help="eventos por segundo")
    arguments.add_argument("--guardar", type=Path, help="pasta para o que os nós disseram")
    arguments.add_argument("--documentos", type=int, default=1500)
    arguments.add_argument("--cortes", default=",".join(KINDS), help=f"quais, em ordem: {', '.join(KINDS)}")
    given = arguments.parse_args()
    if (reason := rede.against()) is not None:
        sys.exit(reason)
    machine.tell()
    with running(given.documentos) as run:
        with run.feeding(given.ritmo):
            time.sleep(10)
            for kind in given.cortes.split(","):
                run.cut(kind, given.segundos)
            run.kill()
        right = run.finish()
        for node in run.nodes.values() if given.guardar else ():
            shutil.copy(node.log, given.guardar / f"{node.place.name}.log")
    sys.exit(0 if right else 1)


if __name__ == "__main__":
    main()
