"""How pywin32 is spoken to; it is played here, for there is none on this system. Windows itself is not."""

import sys
import types
from pathlib import Path
from typing import Any

import pytest
from conftest import Configure

from core.errors import Misconfigured, NotFound, Transient
from workers.service import host, windows
from workers.service.plan import Plan

WAY = Plan("loja", Path(r"C:\esteira da loja"), Path(r"C:\esteira da loja\.venv\Scripts\python.exe"), 90)


class WinError(Exception):
    """A refusal as pywintypes has it."""

    def __init__(self, winerror: int, strerror: str = "recusado") -> None:
        super().__init__(winerror, strerror)
        self.winerror, self.strerror = winerror, strerror


class Manager:
    """The service manager: what it was asked, which services there are, and what it refuses."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.services: dict[str, int] = {}
        self.refuses: int | None = None

    def _ask(self, what: str, name: str, **more: Any) -> None:
        if self.refuses is not None:
            raise WinError(self.refuses)
        self.asked.append((what, name, more))

    def _known(self, name: str) -> None:
        if name not in self.services:
            raise WinError(windows.NO_SUCH)

    def InstallService(self, cls: str, name: str, display: str, **more: Any) -> None:  # noqa: N802
        self._ask("install", name, **more)
        self.services[name] = 1

    def ChangeServiceConfig(self, cls: str, name: str, **more: Any) -> None:  # noqa: N802
        self._ask("change", name, **more)

    def QueryServiceStatus(self, name: str) -> tuple[int, ...]:  # noqa: N802
        self._known(name)
        return (16, self.services[name], 5, 0, 0, 0, 0)

    def StartService(self, name: str) -> None:  # noqa: N802
        self._known(name)
        if self.services[name] == 4:
            raise WinError(windows.ALREADY_RUNNING)
        self._ask("start", name)
        self.services[name] = 4

    def StopServiceWithDeps(self, name: str) -> None:  # noqa: N802
        self._known(name)
        if self.services[name] == 1:
            raise WinError(windows.NOT_ACTIVE)
        self._ask("stop", name)
        self.services[name] = 1

    def RemoveService(self, name: str) -> None:  # noqa: N802
        self._known(name)
        self._ask("remove", name)
        del self.services[name]


class Framework:
    """What a service is made of."""

    def __init__(self) -> None:
        self.reported: list[tuple[int, dict[str, int]]] = []

    def ReportServiceStatus(self, status: int, **more: int) -> None:  # noqa: N802
        self.reported.append((status, more))


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> Manager:
    """A service manager, and pywin32 that leads to it."""
    made = Manager()
    util = types.ModuleType("win32serviceutil")
    names = "InstallService ChangeServiceConfig QueryServiceStatus StartService StopServiceWithDeps RemoveService"
    vars(util).update({name: getattr(made, name) for name in names.split()}, ServiceFramework=Framework)
    service, errors = types.ModuleType("win32service"), types.ModuleType("pywintypes")
    vars(service).update(SERVICE_AUTO_START=2, SERVICE_STOP_PENDING=3)
    vars(errors)["error"] = WinError
    events = types.ModuleType("servicemanager")
    log: list[tuple[str, str]] = []
    for kind in ("Info", "Warning", "Error"):
        vars(events)[f"Log{kind}Msg"] = lambda text, kind=kind: log.append((kind, text))
    vars(events)["log"] = log
    for module in (util, service, errors, events):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    return made


def test_a_service_is_installed_once_started_looked_at_stopped_and_removed(manager: Manager) -> None:
    where = windows.unit_named("loja", of_user=False)
    assert windows.install(WAY, of_user=False)
    (what, name, options), *_ = manager.asked
    assert (what, name, options["exeName"]) == ("install", "esteira-loja", str(WAY.python))
    # its folder has a blank in it
    assert options["exeArgs"] == r'-m workers.service.host esteira-loja "C:\esteira da loja"'
    assert not windows.install(WAY, of_user=False)
    for _ in range(2):
        windows.start(where)
    assert windows.state(where)["ActiveState"] == "active"
    for _ in range(2):
        windows.stop(where)
    assert windows.state(where)["ActiveState"] == "stopped"
    assert windows.remove(where)
    assert not windows.remove(where)
    assert [what for what, *_ in manager.asked] == ["install", "change", "start", "stop", "remove"]


@pytest.mark.parametrize(
    ("winerror", "kind", "told"),
    [(windows.DENIED, Misconfigured, "administrador"), (87, Transient, "recusado")],
)
def test_what_windows_refuses_is_one_sentence(
    manager: Manager, winerror: int, kind: type[Exception], told: str
) -> None:
    manager.refuses = winerror
    with pytest.raises(kind, match=told):
        windows.install(WAY, of_user=False)


def test_what_is_not_there_is_told(manager: Manager) -> None:
    where = windows.unit_named("loja", of_user=False)
    for ask in (windows.start, windows.stop, windows.state):
        with pytest.raises(NotFound, match="não está instalado"):
            ask(where)
    with pytest.raises(Misconfigured, match="da máquina"):
        windows.unit_named("loja", of_user=True)


def test_without_pywin32_its_extra_is_named() -> None:
    with pytest.raises(Misconfigured, match=r"\.\[windows\]"):
        windows.install(WAY, of_user=False)


def test_a_service_that_cannot_begin_says_so_in_the_event_log(manager: Manager, sqlite: str) -> None:
    servico = host.service_class("esteira")()
    with pytest.raises(Misconfigured, match="Memurai"):
        servico.SvcDoRun()
    log = sys.modules["servicemanager"].log
    assert [kind for kind, _ in log] == ["Error"]
    assert "core.redis_url" in log[0][1]


def test_the_system_is_told_how_long_the_end_may_take(manager: Manager, configure: Configure) -> None:
    servico = host.service_class("esteira")()

    class Asked:
        def __init__(self) -> None:
            self.stops = 0

        def request_stop(self) -> None:
            self.stops += 1

    servico.line = Asked()
    servico.SvcStop()
    servico.SvcShutdown()
    assert servico.line.stops == 2
    (status, more), _ = servico.reported
    assert status == 3
    assert more["waitHint"] > host.plan.stops_within(host.get_settings()) * 1000


def test_what_the_processes_say_goes_into_a_file_that_does_not_grow_for_ever(tmp_path: Path) -> None:
    with host.file_log(tmp_path / "dados") as write:
        write("um | São João 100%s")
    assert "um | São João 100%s" in (tmp_path / "dados" / host.LOG_FILE).read_text(encoding="utf-8")
    assert host.main(["só um"]) == 2
