"""`python -m workers.service.host NAME FOLDER`: what Windows runs as the service.

It stands between the system's orders and the line, tells the Event Log what happens to it, and writes what the
processes say into a file.
"""

import importlib
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from core.errors import Misconfigured
from core.settings.core import CoreSettings
from core.settings.load import get_settings
from workers import broker, migrating, processes, start_checks
from workers.service import plan
from workers.service.line import Line

NO_BROKER = "No Windows a Esteira não inicia um Redis: diga um em core.redis_url (Memurai, WSL ou outra máquina)."
LOG_FILE, LOG_BYTES, LOG_FILES = "servico.log", 10_000_000, 5
# The system waits for an answer this many milliseconds past the time that the work may take.
HINT_RESERVE = 5_000


@contextmanager
def file_log(folder: Path) -> Iterator[Callable[[str], None]]:
    """Yield what writes lines into a file that never grows without end."""
    folder.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(folder / LOG_FILE, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    with closing(handler):
        yield lambda line: handler.emit(logging.makeLogRecord({"msg": line, "levelno": logging.INFO}))


def prepared(write: Callable[[str], None], told: Callable[[str], None]) -> Line:
    """Check the broker, bring the database to this version, and return the line that is to run.

    What its processes say goes to `write`; `told` hears what happens to them.
    """
    settings = get_settings()
    given = broker.given(settings)
    if given is None:
        raise Misconfigured(NO_BROKER)
    broker.check(*given, settings[CoreSettings])
    migrating.migrate(settings[CoreSettings].database)
    return Line(processes.line(settings), write, told)


def service_class(name: str) -> Any:
    """Return the class that the system calls."""
    util, service, events = (_part(one) for one in ("win32serviceutil", "win32service", "servicemanager"))

    class Servico(util.ServiceFramework):  # type: ignore[misc, name-defined]
        """The line as a service."""

        _svc_name_ = name
        _svc_display_name_ = name
        line: Line | None = None
        asked_to_stop = False

        def SvcDoRun(self) -> None:  # noqa: N802 - the library's name
            """Run until the system asks for the end; a fault is in the Event Log, and the service ends with it."""
            folder = get_settings()[CoreSettings].data_dir
            try:
                with start_checks.alone(folder), file_log(folder) as write:
                    self.line = prepared(write, lambda text: events.LogWarningMsg(f"{name}: {text}"))
                    events.LogInfoMsg(f"{name}: iniciado em {Path.cwd()}")
                    if self.asked_to_stop:
                        self.line.request_stop()
                    self.line.run()
            except Exception as fault:
                events.LogErrorMsg(f"{name}: {fault}")
                raise
            events.LogInfoMsg(f"{name}: parado")

        def SvcStop(self) -> None:  # noqa: N802
            """Let what is under way end."""
            seconds = plan.stops_within(get_settings())
            self.ReportServiceStatus(service.SERVICE_STOP_PENDING, waitHint=seconds * 1000 + HINT_RESERVE)
            self.asked_to_stop = True
            if self.line is not None:
                self.line.request_stop()

        SvcShutdown = SvcStop

    return Servico


def main(arguments: list[str]) -> int:
    """Hand this process to the system's service manager."""
    if len(arguments) != 2:
        sys.stderr.write("uso: python -m workers.service.host NOME PASTA\n")
        return 2
    name, folder = arguments
    # a service begins in the system's own folder
    os.chdir(folder)
    events = _part("servicemanager")
    events.Initialize()
    events.PrepareToHostSingle(service_class(name))
    events.StartServiceCtrlDispatcher()
    return 0


def _part(name: str) -> Any:
    return importlib.import_module(name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
