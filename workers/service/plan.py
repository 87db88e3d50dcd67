"""What a service is on any system: its name, its folder, and how long it may take to end."""

import math
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from core.errors import UsageError
from core.settings.load import Settings
from workers import processes

BASE = "esteira"
# From the end of the last process to the end of the one that started them all.
END_RESERVE = 15
# systemd takes no program in whose name these are, however they are quoted.
UNFIT = "\"'" if sys.platform == "win32" else "\"'\\"
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")


@dataclass(frozen=True)
class Plan:
    """One service: `nome` tells it from others of the machine, `folder` has its settings, `stops_within` is seconds."""

    nome: str
    folder: Path
    python: Path
    stops_within: int

    @property
    def name(self) -> str:
        """What the system calls it."""
        return service_name(self.nome)


def planned(nome: str, settings: Settings, folder: Path | None = None) -> Plan:
    """Return the service of this folder. Raises `UsageError` for a name or a folder that a unit cannot have."""
    where = (folder or Path.cwd()).absolute()
    for path in (where, Path(sys.executable)):
        if any(not character.isprintable() or character in UNFIT for character in str(path)):
            raise UsageError(f"O nome {str(path)!r} tem caracteres que um serviço não aceita: mude a pasta de nome.")
    return Plan(checked(nome), where, Path(sys.executable), stops_within(settings))


def service_name(nome: str) -> str:
    """Return what the system calls a service; never a name that could be another's."""
    return BASE if checked(nome) == BASE else f"{BASE}-{nome}"


def checked(nome: str) -> str:
    """Return a name; raise `UsageError` for one that could be anything else than a name."""
    if not _NAME.fullmatch(nome):
        raise UsageError("O nome tem até 32 letras minúsculas, números, - e _, e começa por letra.", campo="nome")
    return nome


def stops_within(settings: Settings) -> int:
    """Return the seconds that everything may take to end: the slowest worker's, and what ends after it."""
    line = processes.line(settings)
    return math.ceil(max(process.grace for process in line)) + processes.STOP_RESERVE + END_RESERVE
