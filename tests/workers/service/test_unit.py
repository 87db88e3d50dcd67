"""Units of systemd: what they say, and that systemd itself understands them."""

import shutil
import subprocess
from pathlib import Path

import pytest

from core.errors import UsageError
from core.settings.load import get_settings
from workers import processes
from workers.service import plan, unit
from workers.service.plan import Plan

WAY = Plan("esteira", Path("/opt/esteira"), Path("/opt/esteira/.venv/bin/python"), 300)


def lines(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))


def test_what_is_under_way_is_given_the_time_of_the_slowest_queue() -> None:
    slowest = max(process.grace for process in processes.line(get_settings()))
    planned = plan.planned("esteira", get_settings())
    assert planned.stops_within > slowest + processes.STOP_RESERVE
    said = lines(unit.system_unit(planned, "esteira"))
    assert said["TimeoutStopSec"] == str(planned.stops_within)
    # only the one that stops the others hears of it, and all are ended when time is up
    assert (said["KillMode"], said["KillSignal"]) == ("mixed", "SIGTERM")


def test_a_unit_waits_for_the_network_and_never_gives_up_but_over_mistakes() -> None:
    said = lines(unit.system_unit(WAY, "esteira"))
    # ordering alone starts nothing
    assert said["Wants"] == "network-online.target"
    assert said["After"].split()[0] == "network-online.target"
    assert (said["Restart"], said["StartLimitIntervalSec"], said["RestartPreventExitStatus"]) == ("always", "0", "2 4")
    assert said["WorkingDirectory"] == "/opt/esteira"
    assert said["EnvironmentFile"] == "-/opt/esteira/.env"
    assert said["ExecStart"] == "/opt/esteira/.venv/bin/python -m cli.main subir"
    assert (said["User"], said["UMask"], said["WantedBy"]) == ("esteira", "0077", "multi-user.target")
    assert said["CapabilityBoundingSet"] == ""
    assert lines(unit.system_unit(WAY, "esteira", low_port=True))["AmbientCapabilities"] == "CAP_NET_BIND_SERVICE"


def test_a_unit_of_a_user_asks_for_nothing_that_only_root_may_have() -> None:
    said = lines(unit.user_unit(WAY))
    assert said["WantedBy"] == "default.target"
    assert not {"User", "CapabilityBoundingSet", "ProtectSystem", "PrivateTmp", "SystemCallFilter"} & said.keys()


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_systemd_understands_every_line_wherever_the_folder_is(tmp_path: Path) -> None:
    places = ["plain", "com espaço", "com%h e $HOME", "ponto;vírgula", "#cerquilha"]
    written = []
    for number, name in enumerate(places):
        folder = tmp_path / name
        folder.mkdir()
        python = folder / "python"
        python.write_text("#!/bin/sh\n")
        python.chmod(0o755)
        way = Plan(f"n{number}", folder, python, 90)
        for kind, text in (("sistema", unit.system_unit(way, "root")), ("usuario", unit.user_unit(way))):
            path = tmp_path / f"esteira-{kind}-{number}.service"
            path.write_text(text)
            written.append(str(path))
    command = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *written]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert [line for line in done.stderr.splitlines() if "esteira-" in line] == []
    assert done.returncode == 0, done.stderr
    broken = tmp_path / "esteira-quebrada.service"
    broken.write_text(unit.system_unit(WAY, "root").replace("KillMode=mixed", "KillMode=tudo"))
    done = subprocess.run([*command[:4], str(broken)], capture_output=True, text=True, check=False)
    assert "esteira-quebrada" in done.stderr


@pytest.mark.parametrize("name", ["", "Loja", "../sshd", "a b", "a" * 33, "sshd.service", "-x", "x\n[Service]", "é"])
def test_a_name_that_could_be_anything_else_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        plan.service_name(name)


def test_a_service_never_has_a_name_of_another() -> None:
    assert [plan.service_name(name) for name in ("esteira", "loja", "ssh")] == [
        "esteira",
        "esteira-loja",
        "esteira-ssh",
    ]


def test_a_folder_whose_name_would_be_a_line_of_the_unit_is_refused(tmp_path: Path) -> None:
    for name in ("x\nUser=root", 'aspas"duplas', "aspas'simples", "barra\\invertida"):
        with pytest.raises(UsageError, match="pasta"):
            plan.planned("esteira", get_settings(), tmp_path / name)
