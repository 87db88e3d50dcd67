"""A service of Windows, through pywin32 (the extra `windows`): installed, started, looked at, taken away.

The service is this Python with `workers.service.host`: pywin32's own host does not find a virtual environment.
"""

import importlib
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from core.errors import Misconfigured, NotFound, Transient
from workers.service.plan import Plan, service_name

MISSING = "Falta o pywin32: instale com `pip install .[windows]`."
REFUSED = "O Windows recusou ({}): rode em um terminal de administrador."
HOST = "workers.service.host"
ABOUT = "Integrações fiscais: workers, agenda, API e página dos workers."
# winerror.h
DENIED, NO_SUCH, ALREADY_RUNNING, NOT_ACTIVE = 5, 1060, 1056, 1062
# winsvc.h
STATES = {1: "stopped", 2: "starting", 3: "stopping", 4: "active", 5: "continuing", 6: "pausing", 7: "paused"}


@dataclass(frozen=True)
class Unit:
    """A service by the name that the system has for it."""

    name: str

    @property
    def path(self) -> str:
        """Where the system notes it."""
        return rf"HKLM\SYSTEM\CurrentControlSet\Services\{self.name}"


def unit_named(nome: str, *, of_user: bool) -> Unit:
    """Return the service of a name; Windows knows none of one user alone."""
    if of_user:
        raise Misconfigured("No Windows um serviço é da máquina.")
    return Unit(service_name(nome))


def command_line(plan: Plan) -> str:
    """Return what is written behind the program: the host, the service's name and its folder."""
    return subprocess.list2cmdline(["-m", HOST, plan.name, str(plan.folder)])


def install(plan: Plan, *, of_user: bool, account: str | None = None) -> bool:
    """Write the service and let it start with the machine; tell whether it is new. It is not started yet."""
    where, util, service = unit_named(plan.nome, of_user=of_user), _part("win32serviceutil"), _part("win32service")
    options = {
        "startType": service.SERVICE_AUTO_START,
        "exeName": str(plan.python),
        "exeArgs": command_line(plan),
        "description": ABOUT,
        "delayedstart": True,
        "userName": account,
    }
    display = f"Esteira ({plan.nome})"
    with _explained():
        if is_there(where):
            util.ChangeServiceConfig(HOST, where.name, displayName=display, **options)
            return False
        util.InstallService(HOST, where.name, display, **options)
        return True


def is_there(where: Unit) -> bool:
    """Tell whether there is a service of this name."""
    util = _part("win32serviceutil")
    try:
        util.QueryServiceStatus(where.name)
    except _errors() as fault:
        if fault.winerror == NO_SUCH:
            return False
        raise
    return True


def start(where: Unit) -> None:
    """Start it, or leave it running."""
    _asked("StartService", where, ALREADY_RUNNING)


def stop(where: Unit) -> None:
    """Ask it to stop, and wait for what is under way."""
    _asked("StopServiceWithDeps", where, NOT_ACTIVE)


def _asked(what: str, where: Unit, fine: int) -> None:
    with _explained():
        try:
            getattr(_part("win32serviceutil"), what)(where.name)
        except _errors() as fault:
            if fault.winerror != fine:
                raise


def remove(where: Unit) -> bool:
    """Stop it and take it away; tell whether it was there."""
    with _explained():
        if not is_there(where):
            return False
    stop(where)
    with _explained():
        _part("win32serviceutil").RemoveService(where.name)
    return True


def state(where: Unit) -> Mapping[str, str]:
    """Return what Windows says of it, by the names that systemd has for it."""
    with _explained():
        found = _part("win32serviceutil").QueryServiceStatus(where.name)
    return {"ActiveState": STATES.get(found[1], str(found[1])), "ExecMainStatus": str(found[3])}


def status(where: Unit) -> str:
    """Return where more is told."""
    return f"Registro: Visualizador de Eventos, Aplicativo, origem {where.name}; e dados\\servico.log."


def _part(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise Misconfigured(MISSING) from None


def _errors() -> Any:
    return _part("pywintypes").error


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except _errors() as fault:
        if fault.winerror == NO_SUCH:
            raise NotFound("O serviço não está instalado: rode `esteira servico instalar`.") from None
        if fault.winerror == DENIED:
            raise Misconfigured(REFUSED.format(fault.strerror)) from None
        raise Transient(f"O Windows não fez o que foi pedido: {fault.strerror}.") from None
