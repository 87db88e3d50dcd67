"""Three machines in miniature: one with database and broker, two with workers, which are cut off, healed and killed.

`python -m bench.nos [--segundos N] [--ritmo N] [--documentos N] [--broker redis|rabbitmq]`, as root. While webhooks,
ntfy messages, an ERP's orders and a lot of Questor are owed, a node is unplugged, silenced without a reset, and cut
from the central alone, each time for longer than any lease of a delivery; then one is killed and started again. It ends
in a table of what was owed and what arrived; the exit code is 0 only if nothing was lost, nothing came twice beyond
what was under way, whoever lost its lease wrote nothing, and the nodes came back by themselves in time.
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
from bench.central import BROKERS, ERP, RABBITMQ, REDIS, Central, serving
from bench.chegadas import judge
from bench.nos_fluxos import LOT, Outside

CENTRAL, B, C = "central", "no-b", "no-c"
# After the healing of a cut a node works again within this time.
BACK_SECONDS = {REDIS: 60.0, RABBITMQ: 150.0}
PATIENCE_SECONDS, HOLDING_SECONDS, STILL_SECONDS = 240.0, 20.0, 2.0
KINDS = {"cabo": "sem cabo", "mudo": "mudo, sem RST", "banco": "sem o central, com o resto"}
HELD_DELIVERIES = "SELECT id, destino_id FROM delivery WHERE lease_token LIKE :node"
HELD_FILES = "SELECT id, identidade FROM questor_arquivo WHERE lease_token LIKE :node"
UNANSWERED = (
    "SELECT d.destino_id, count(*) FROM attempt a JOIN delivery d ON d.id = a.delivery_id "
    "WHERE a.status_code = 0 GROUP BY 1"
)
SETTLED = (
    "SELECT 'delivery ' || d.id, d.estado, d.due_at, (SELECT count(*) FROM attempt a WHERE a.delivery_id = d.id) "
    "FROM delivery d WHERE d.id = ANY(:deliveries) AND d.lease_token IS NULL AND d.estado = 'entregue' UNION ALL "
    "SELECT 'arquivo ' || q.id, q.estado, q.due_at, q.tentativas FROM questor_arquivo q "
    "WHERE q.id = ANY(:files) AND q.lease_token IS NULL AND q.estado = 'enviado'"
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
class Held:
    """What a node holds: deliveries with the flow of each, files of the lot, and which of these the server has seen."""

    deliveries: dict[int, str] = field(default_factory=dict)
    files: dict[int, str] = field(default_factory=dict)
    sent: set[str] = field(default_factory=set)

    @property
    def flows(self) -> Counter[str]:
        """How many of each flow are under way: a delivery that is held is being sent; files are held by the hundred."""
        return Counter(self.deliveries.values()) + Counter({LOT: len(self.sent)})

    def __str__(self) -> str:
        kept = f"{len(self.files)} arquivos reservados"
        return ", ".join([kept, *(f"{amount} de {name} em voo" for name, amount in sorted(self.flows.items()))])


@dataclass
class Cut:
    """What one cut found and did: what the node held, what others had settled meanwhile, and when it was back."""

    kind: str
    held: Held
    settled: dict[str, Any] = field(default_factory=dict)
    overwritten: int = 0
    asked: float | None = None
    answers: float | None = None

    def in_time(self, seconds: float) -> bool:
        """Tell whether the node asked the database and answered over the broker soon enough."""
        return max(one if one is not None else math.inf for one in (self.asked, self.answers)) <= seconds


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
        from core.questions import asked

        return {name for answer in asked("ping", 1.5) for name in answer}

    def held(self, name: str, seconds: float = 0.0) -> Held:
        """Return what a machine holds, over so many seconds: the server may still be at what was said before a cut."""
        ends, held = time.monotonic() + seconds, Held()
        while True:
            with self.ours.connect() as db:
                found = db.execute(text(HELD_DELIVERIES), {"node": f"{name}|%"})
                held.deliveries.update({row[0]: self.outside.path_of(row[1]) for row in found})
                held.files.update({row[0]: row[1] for row in db.execute(text(HELD_FILES), {"node": f"{name}|%"})})
            if time.monotonic() >= ends:
                held.sent = set(held.files.values()) & self.outside.questor.posts.keys()
                return held
            time.sleep(0.05)

    def asks(self, place: rede.Machine, since: Any) -> bool:
        """Tell whether a machine asked the database anything since an instant."""
        query = "SELECT count(*) FROM pg_stat_activity WHERE client_addr = CAST(:who AS inet) AND query_start > :since"
        with self.ours.connect() as db:
            return bool(db.execute(text(query), {"who": place.address, "since": since}).scalar_one())

    def settled(self, held: Held) -> dict[str, Any]:
        """Return what of it is done, as it stands."""
        ids = {"deliveries": list(held.deliveries), "files": list(held.files)}
        with self.ours.connect() as db:
            return {row[0]: tuple(row) for row in db.execute(text(SETTLED), ids)}

    def busiest(self) -> str:
        """Return the node that has most deliveries under way, then most of all; of two without any, one of them."""
        ends = time.monotonic() + HOLDING_SECONDS
        while True:
            found = {name: self.held(name) for name in self.nodes}
            name = max(found, key=lambda one: (len(found[one].deliveries), len(found[one].files)))
            if found[name].deliveries or time.monotonic() > ends:
                return name

    def cut(self, kind: str, seconds: float) -> None:
        """Cut the node off that holds most, for a while; heal it, and see when and how it comes back."""
        name = self.busiest()
        place = self.nodes[name].place
        ways = {"cabo": place.unplugged, "mudo": place.silenced}
        with ways[kind]() if kind in ways else self.central.machine.deaf_to(place):
            cut = Cut(kind, self.held(name, STILL_SECONDS))
            self.cuts.append(cut)
            print(f"{KINDS[kind]}: {name} tinha {cut.held} em mãos", flush=True)
            time.sleep(seconds)
            cut.settled = self.settled(cut.held)
        with self.ours.connect() as db:
            healed = db.execute(text("SELECT now()")).scalar_one()
        began = time.monotonic()
        while cut.asked is None and time.monotonic() - began < PATIENCE_SECONDS:
            if self.asks(place, healed):
                cut.asked = time.monotonic() - began
            time.sleep(0.2)
        waited = self.wait_workers(name)
        cut.answers = None if waited is None else time.monotonic() - began
        after = self.settled(cut.held)
        cut.overwritten = sum(after.get(one) != row for one, row in cut.settled.items())
        print(f"  {len(cut.settled)} foram terminadas pelo outro; na volta {cut.overwritten} mudaram", flush=True)
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
        held = self.held(B, STILL_SECONDS)
        node.kill()
        node.start()
        waited = self.wait_workers(B)
        # it asks the database before its workers answer
        self.cuts.append(Cut("morte", held, asked=waited, answers=waited))
        print(f"{B} morto com {held} em mãos; workers respondem após {_seconds(waited)}", flush=True)

    def unanswered(self) -> Counter[str]:
        """Return how many requests were given up without an answer: whether they had arrived nobody knew."""
        with self.ours.connect() as db:
            return Counter({self.outside.path_of(row[0]): row[1] for row in db.execute(text(UNANSWERED))})

    def finish(self) -> bool:
        """Wait until nothing is missing; print the table and tell whether all is right."""
        ends = time.monotonic() + PATIENCE_SECONDS
        while not self.outside.complete and time.monotonic() < ends:
            time.sleep(1)
        in_flight: Counter[str] = sum((cut.held.flows for cut in self.cuts), self.unanswered())
        right = judge(self.outside.flows(in_flight))
        late = [cut for cut in self.cuts if not cut.in_time(BACK_SECONDS[self.central.broker])]
        overwritten = sum(cut.overwritten for cut in self.cuts)
        print(f"perdeu o prazo e escreveu: {overwritten}; voltaram em até {BACK_SECONDS[self.central.broker]:g} s: "
              f"{len(self.cuts) - len(late)} de {len(self.cuts)}", flush=True)  # fmt: skip
        return right and not overwritten and not late


def _seconds(found: float | None) -> str:
    return "nunca" if found is None else f"{found:.1f} s"


def _environment(central: Central, network: rede.Network, outside: Outside) -> dict[str, str]:
    key = urlsafe_b64encode(os.urandom(32)).decode()
    return {
        **central.settings(),
        "ESTEIRA_CORE__KEYS": f'["{key}"]',
        "ESTEIRA_DELIVERIES__ALLOW_NETWORKS": f'["{network.net}"]',
        "ESTEIRA_DELIVERIES__ALLOW_HTTP": "true",
        "ESTEIRA_DELIVERIES__TOTAL_TIMEOUT": "8",
        "ESTEIRA_DELIVERIES__SCHEDULE": str([1] * 60),
        **outside.settings(central.database(ERP)),
    }


@contextmanager
def running(documents: int, broker: str) -> Iterator[Run]:
    """Make machines, servers, settings and rows, and start both nodes."""
    network = rede.Network()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        places = dict(zip((CENTRAL, B, C), stack.enter_context(network.machines(CENTRAL, B, C)), strict=True))
        central = stack.enter_context(serving(places[CENTRAL], network, broker))
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
    arguments.add_argument("--segundos", type=float, default=100, help="quanto dura cada corte; mais que um prazo")
    arguments.add_argument("--ritmo", type=float, default=8, help="eventos por segundo")
    arguments.add_argument("--broker", choices=BROKERS, default=BROKERS[0])
    arguments.add_argument("--guardar", type=Path, help="pasta para o que os nós disseram")
    arguments.add_argument("--documentos", type=int, default=1500)
    arguments.add_argument("--cortes", default=",".join(KINDS), help=f"quais, em ordem: {', '.join(KINDS)}")
    given = arguments.parse_args()
    if (reason := rede.against()) is not None:
        sys.exit(reason)
    machine.tell()
    with running(given.documentos, given.broker) as run:
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
