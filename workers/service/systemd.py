"""A unit of systemd: written, started, looked at, taken away."""

import getpass
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import Conflict, Misconfigured, NotFound, Transient
from core.settings.api import ApiSettings
from core.settings.flower import FlowerSettings
from core.text import os_fault, redact
from workers.service import unit
from workers.service.plan import Plan, service_name

SYSTEM_UNITS, USER_UNITS = Path("/etc/systemd/system"), Path("~/.config/systemd/user")
PROGRAM = "systemctl"
NOT_HERE = (
    "O systemd não responde nesta máquina ({}). Instale onde ele é o processo 1, ou mantenha de pé por outro meio: "
    "`esteira subir` em um supervisor, ou contêineres (docs/how-to/servico.md)."
)
FOREIGN = "{} existe e não foi feito pela Esteira: escolha outro nome, ou tire-o."
SECONDS = 60.0
SHOWN = ("ActiveState", "SubState", "UnitFileState", "MainPID", "NRestarts", "Result", "ActiveEnterTimestamp")


@dataclass(frozen=True)
class Unit:
    """Where a service of this name stands: of the machine, or of the account that asks."""

    name: str
    of_user: bool = False

    @property
    def file(self) -> str:
        """The name of the unit."""
        return f"{self.name}.service"

    @property
    def path(self) -> Path:
        """Its file."""
        return (USER_UNITS.expanduser() if self.of_user else SYSTEM_UNITS) / self.file


def unit_named(nome: str, *, of_user: bool) -> Unit:
    """Return the unit of a name, whether it is there or not."""
    return Unit(service_name(nome), of_user)


def text_of(plan: Plan, *, of_user: bool, account: str | None = None) -> str:
    """Return the unit's text. Without an account a service of the machine runs as whoever owns its folder."""
    if of_user:
        return unit.user_unit(plan)
    ports = (ApiSettings.current().port, FlowerSettings.current().port)
    return unit.system_unit(plan, account or _owner(plan.folder), low_port=min(ports) < 1024)


def install(plan: Plan, *, of_user: bool, account: str | None = None) -> bool:
    """Write the unit and let it start with the machine; tell whether it changed. It is not started yet.

    Raises:
        Conflict: another hand made a unit of this name. Misconfigured: no systemd, or no right to write it.
    """
    where = unit_named(plan.nome, of_user=of_user)
    text = text_of(plan, of_user=of_user, account=account)
    _answers(of_user)
    changed = _write(where, text)
    if changed:
        _done(where, "daemon-reload")
    _done(where, "enable", where.file)
    return changed


def _write(where: Unit, text: str) -> bool:
    try:
        if where.path.exists():
            if not unit.is_ours(where.path):
                raise Conflict(FOREIGN.format(where.path))
            if where.path.read_text(encoding="utf-8") == text:
                return False
        where.path.parent.mkdir(parents=True, exist_ok=True)
        draft = where.path.with_name(f".{where.path.name}.{os.getpid()}")
        draft.write_text(text, encoding="utf-8")
        draft.chmod(0o644)
        draft.replace(where.path)
    except OSError as fault:
        raise Misconfigured(
            f"Não consegui escrever {where.path}: {os_fault(fault)}. Um serviço da máquina se instala como root."
        ) from None
    return True


def start(where: Unit) -> None:
    """Start it, or leave it running."""
    _known(where)
    _done(where, "start", where.file)


def stop(where: Unit) -> None:
    """Stop it, in the time that its unit gives it."""
    _known(where)
    _done(where, "stop", where.file, wait=True)


def remove(where: Unit) -> bool:
    """Stop it and take it away; tell whether it was there."""
    if not where.path.exists():
        return False
    if not unit.is_ours(where.path):
        raise Conflict(FOREIGN.format(where.path))
    _answers(where.of_user)
    _done(where, "disable", "--now", where.file, wait=True)
    try:
        where.path.unlink()
    except OSError as fault:
        raise Misconfigured(f"Não consegui apagar {where.path}: {os_fault(fault)}.") from None
    _done(where, "daemon-reload")
    return True


def state(where: Unit) -> Mapping[str, str]:
    """Return what systemd says of it, by the names of its properties."""
    _known(where)
    said = _done(where, "show", where.file, f"--property={','.join(SHOWN)}")
    return dict(line.partition("=")[::2] for line in said.splitlines() if "=" in line)


def status(where: Unit) -> str:
    """Return what `systemctl status` shows, with the last lines of its journal."""
    return _run(where.of_user, "status", where.file, "--no-pager", "--full", "--lines=10").stdout


def _known(where: Unit) -> None:
    _answers(where.of_user)
    if not where.path.exists():
        raise NotFound(f"O serviço {where.name} não está instalado: rode `esteira servico instalar`.")


def _answers(of_user: bool) -> None:
    if shutil.which(PROGRAM) is None:
        raise Misconfigured(NOT_HERE.format("não há systemctl"))
    asked = _run(of_user, "show-environment")
    if asked.returncode != 0:
        raise Misconfigured(NOT_HERE.format(_last(asked.stderr) or f"código {asked.returncode}"))


def _done(where: Unit, *words: str, wait: bool = False) -> str:
    done = _run(where.of_user, *words, seconds=None if wait else SECONDS)
    if done.returncode != 0:
        raise Transient(f"systemctl {words[0]} {where.file} falhou: {_last(done.stderr) or done.returncode}.")
    return done.stdout


def _run(of_user: bool, *words: str, seconds: float | None = SECONDS) -> "subprocess.CompletedProcess[str]":
    command = [PROGRAM, *(["--user"] if of_user else []), *words]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds, errors="replace")  # noqa: S603
    except subprocess.TimeoutExpired:
        raise Transient(f"systemctl {words[0]} não terminou em {SECONDS:g} s.") from None
    except OSError as fault:
        raise Misconfigured(NOT_HERE.format(os_fault(fault))) from None


def _last(text: str) -> str:
    lines = text.strip().splitlines()
    return redact(lines[-1].strip().rstrip("."))[:200] if lines else ""


def _owner(folder: Path) -> str:
    """Return who owns a folder: the service writes there, and should be nobody else."""
    try:
        return folder.owner()
    except (KeyError, OSError, NotImplementedError):
        return getpass.getuser()
