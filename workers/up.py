"""`esteira subir`: one command starts the whole line and keeps it running until a signal."""

import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from core.process import KILL, die_with_parent
from core.settings.api import ApiSettings
from core.settings.core import CoreSettings
from core.settings.flower import FlowerSettings
from core.settings.load import Settings, get_settings
from core.settings.log import LogSettings
from workers import broker, flower, migrating, processes, start_checks
from workers.demo import Demonstration, staged
from workers.demo_view import View
from workers.lines import as_json
from workers.output import Output, to_stdout
from workers.spec import Process
from workers.supervisor import Supervisor

# Its servers answer at once, so its workers end in a moment, and later only where the machine is busy.
DEMO_WORKER_GRACE = 15.0
PLAIN_WIDTH = 140
LOOK = "Enquanto a demonstração roda, em outro terminal, nesta pasta:"
BROWSE = "No navegador:"
PAINEL = "Painel: {} (quem entra: `esteira usuarios criar NOME --staff`, `esteira usuarios senha NOME`)."
ACCESS = "Demonstração: endereços, usuários e senhas em {}."
SHOW_CURSOR = b"\x1b[?25h"
Snapshot = Callable[[], Mapping[str, Any]]
Row = tuple[str, str, str]


@dataclass(frozen=True)
class Line:
    """All that will run, and how long it may take to stop."""

    processes: Sequence[Process]
    elsewhere: Sequence[Row]
    stop_limit: float


def subir(settings: Settings, demo: bool = False, snapshot: Snapshot | None = None) -> int:
    """Start everything, run until a signal, stop everything; return the exit code.

    Raises `Misconfigured` or `Transient` with one sentence when something is missing. `snapshot` tells the view of the
    demonstration what the database knows (see `demo_view`).
    """
    with ExitStack() as open_things:
        open_things.enter_context(start_checks.alone(settings[CoreSettings].data_dir))
        start_checks.check_ports(settings)
        shown = open_things.enter_context(staged(settings)) if demo else None
        settings = get_settings() if demo else settings
        for_machines = settings[LogSettings].formato == "json"
        access = _flower_access(settings, plainly=not for_machines)
        own, elsewhere = open_things.enter_context(_broker(settings))
        _migrate(settings)
        line = _line(settings, own, elsewhere, shown)
        if for_machines:
            return _run_for_machines(line, [access, *([ACCESS.format(shown.access_file)] if shown else [])])
        _tell_what_runs(line, access, shown)
        return _run(line, shown, snapshot)


@contextmanager
def _broker(settings: Settings) -> Iterator[tuple[list[Process], list[Row]]]:
    """Yield the broker to run, or the row that tells of one that runs already."""
    given = broker.given(settings)
    if given is not None:
        address = broker.check(*given, settings[CoreSettings])
        yield [], [("broker", f"{address.system} de {given[0]}", address.where)]
        return
    own = broker.Broker(settings[CoreSettings].data_dir)
    try:
        yield [own.process()], []
    finally:
        own.withdraw()


def _migrate(settings: Settings) -> None:
    """Bring the database to this version, in a process that ends and takes with it all that only this needs."""
    with ProcessPoolExecutor(1, get_context("fork"), _follow, (os.getpid(),)) as apart:
        copied = apart.submit(migrating.migrate, settings[CoreSettings].database).result()
    if copied:
        to_stdout(f"Banco de uma versão anterior: o backup de antes está em {copied}.")


def _follow(parent: int) -> None:
    """End with the parent however it ends; a Ctrl-C is its business, and waits for the end of the migration."""
    die_with_parent(KILL, parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _line(settings: Settings, own: list[Process], elsewhere: list[Row], shown: Demonstration | None) -> Line:
    if shown is None:
        every = processes.line(settings, own)
        return Line(every, elsewhere, max(process.grace for process in every) + processes.STOP_RESERVE)
    every = processes.line(settings, own, shown.processes(after=own), DEMO_WORKER_GRACE)
    return Line(every, elsewhere, DEMO_WORKER_GRACE + processes.STOP_RESERVE)


def _flower_access(settings: Settings, *, plainly: bool) -> str:
    """Check Flower's password, make one if there is none, and return the sentence: the password, or its file."""
    user, path = settings[FlowerSettings].user, flower.password_file(settings)
    new = settings[FlowerSettings].password is None and not path.exists()
    flower.credentials(settings)
    if new and plainly:
        return f"Flower: usuário {user}, senha {flower.password(settings)} (criada agora e guardada em {path})."
    return f"Flower: {flower.access(settings)}."


def _tell_what_runs(line: Line, access: str, shown: Demonstration | None) -> None:
    """Print the table; on a narrow output it keeps its width, so that a line stays a line."""
    console = Console(highlight=False, soft_wrap=True)
    if not console.is_terminal:
        console.width = PLAIN_WIDTH
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("Processo", "O que faz", "Onde", "No log"):
        table.add_column(title, overflow="fold")
    for name, about, where in line.elsewhere:
        table.add_row(Text(name), Text(about), Text(where), Text("-"))
    for process in line.processes:
        table.add_row(Text(process.name), Text(process.about), Text(process.address), Text(f"{process.name} |"))
    console.print(table)
    console.print(Text(access))
    if shown is not None:
        console.print(Text(f"{LOOK}\n  " + "\n  ".join(shown.look())))
        console.print(Text(f"{BROWSE}\n  " + "\n  ".join(shown.pages())))
    else:
        console.print(Text(PAINEL.format(ApiSettings.current().painel)))
    console.print(Text("Ctrl-C para tudo, em ordem."))


def _run(line: Line, shown: Demonstration | None, snapshot: Snapshot | None) -> int:
    with ExitStack() as open_things:
        if shown is None:
            output = open_things.enter_context(Output())
        else:
            output = open_things.enter_context(_view(shown, snapshot))
        return Supervisor(line.processes, output, stop_limit=line.stop_limit, abort=_restore_terminal).run()


def _run_for_machines(line: Line, access: Sequence[str]) -> int:
    """Run it for who reads objects: each line is one, and none holds a password, but says where it is."""
    with Output() as output:
        for said in access:
            output(as_json("", said))
        for name, about, where in (*line.elsewhere, *((one.name, one.about, one.address) for one in line.processes)):
            output(as_json(name, f"{about} ({where})" if where else about))
        return Supervisor(line.processes, output, stop_limit=line.stop_limit, dress=as_json).run()


@contextmanager
def _view(shown: Demonstration, snapshot: Snapshot | None) -> Iterator[Output]:
    """Yield an output that goes together with the view: above the drawing on a terminal, in between elsewhere."""
    console = Console(highlight=False)
    output = Output(lambda text: view.print_above(text) if console.is_terminal else to_stdout(text))
    view = View(lambda: _seen(shown, snapshot), output, console)
    with output, view:
        yield output


def _seen(shown: Demonstration, snapshot: Snapshot | None) -> Mapping[str, Any]:
    return {
        **(snapshot() if snapshot is not None else {}),
        **shown.seen(),
        "olhe": shown.look(),
        "paginas": shown.pages(),
    }


def _restore_terminal() -> None:
    """Show the cursor that the view hides."""
    if sys.stdout.isatty():
        os.write(sys.stdout.fileno(), SHOW_CURSOR)
