"""A unit of systemd in a folder of the test's own: written over only if it is ours, and each refusal is a sentence."""

import getpass
from pathlib import Path

import pytest
from conftest import Configure
from support.units import System, with_systemd

from core.errors import Conflict, Misconfigured, NotFound, Transient
from workers.service import systemd, unit
from workers.service.plan import Plan
from workers.service.systemd import Unit, unit_named

OURS, OF_USER = Unit("esteira"), Unit("esteira", of_user=True)


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> System:
    """A machine with systemd."""
    return with_systemd(tmp_path, monkeypatch)


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return Plan("esteira", tmp_path, Path("/opt/esteira/python"), 300)


def test_a_unit_of_a_name_is_in_the_folder_of_the_machine_or_of_who_asks(system: System) -> None:
    assert unit_named("esteira", of_user=False).path == system.units / "esteira.service"
    assert unit_named("loja", of_user=True).path == system.of_user / "esteira-loja.service"


def test_the_units_of_a_user_are_below_the_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert OF_USER.path == tmp_path / ".config/systemd/user/esteira.service"


@pytest.mark.parametrize(
    ("api", "flower", "low"),
    [("8000", "5555", False), ("1024", "1024", False), ("443", "5555", True), ("8000", "1023", True)],
)
def test_only_a_port_below_1024_takes_a_capability(
    configure: Configure, plan: Plan, api: str, flower: str, low: bool
) -> None:
    configure(api__port=api, flower__port=flower)
    text = systemd.text_of(plan, of_user=False, account="esteira")
    assert ("AmbientCapabilities=CAP_NET_BIND_SERVICE" in text) is low
    assert "CapabilityBoundingSet" not in systemd.text_of(plan, of_user=True)


def test_a_service_runs_as_who_owns_its_folder_unless_another_is_said(plan: Plan, tmp_path: Path) -> None:
    assert f"User={tmp_path.owner()}\n" in systemd.text_of(plan, of_user=False)
    assert "User=fiscal\n" in systemd.text_of(plan, of_user=False, account="fiscal")
    gone = Plan("esteira", tmp_path / "nada", plan.python, 300)
    assert f"User={getpass.getuser()}\n" in systemd.text_of(gone, of_user=False)
    assert "User=" not in systemd.text_of(plan, of_user=True, account="fiscal")


def test_what_is_there_already_is_not_written_again(system: System, plan: Plan) -> None:
    assert systemd.install(plan, of_user=False, account="esteira")
    assert system.asked() == ["daemon-reload", "enable esteira.service"]
    written = OURS.path.stat().st_mtime_ns
    assert not systemd.install(plan, of_user=False, account="esteira")
    assert (OURS.path.stat().st_mtime_ns, system.asked()) == (written, ["enable esteira.service"])
    assert systemd.install(plan, of_user=False, account="fiscal")
    assert "User=fiscal" in OURS.path.read_text()
    assert [path.name for path in system.units.iterdir()] == ["esteira.service"]


def test_what_another_hand_made_is_neither_written_over_nor_taken_away(system: System, plan: Plan) -> None:
    OURS.path.write_text("[Service]\n")
    with pytest.raises(Conflict, match="não foi feito pela Esteira"):
        systemd.install(plan, of_user=False, account="esteira")
    with pytest.raises(Conflict, match="não foi feito pela Esteira"):
        systemd.remove(OURS)
    assert (OURS.path.read_text(), system.asked()) == ("[Service]\n", [])


def test_a_folder_that_cannot_be_written_is_told_with_what_it_takes(
    system: System, plan: Plan, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "arquivo").write_text("")
    monkeypatch.setattr(systemd, "SYSTEM_UNITS", tmp_path / "arquivo")
    with pytest.raises(Misconfigured, match=r"Não consegui escrever .*como root"):
        systemd.install(plan, of_user=False, account="esteira")
    assert system.asked() == []


@pytest.mark.parametrize("where", [OURS, OF_USER])
def test_each_word_is_asked_of_the_manager_of_the_unit(system: System, plan: Plan, where: Unit) -> None:
    systemd.install(plan, of_user=where.of_user, account="esteira")
    system.asked()
    systemd.start(where)
    systemd.stop(where)
    assert systemd.remove(where)
    user = "--user " if where.of_user else ""
    words = ("start esteira.service", "stop esteira.service", "disable --now esteira.service", "daemon-reload")
    assert system.asked() == [f"{user}{word}" for word in words]
    assert not where.path.exists()


def test_one_that_is_not_there_is_told_and_to_take_it_away_changes_nothing(system: System) -> None:
    for ask in (systemd.start, systemd.stop, systemd.state):
        with pytest.raises(NotFound, match="não está instalado"):
            ask(OURS)
    assert not systemd.remove(OURS)
    assert system.asked() == []


def test_a_state_is_what_systemd_says_property_by_property(system: System) -> None:
    OURS.path.write_text(unit.MARK)
    system.program("#!/bin/sh\nprintf 'ActiveState=active\\nResult=a=b\\nsem sinal\\nMainPID=\\n'\n")
    assert systemd.state(OURS) == {"ActiveState": "active", "Result": "a=b", "MainPID": ""}


def test_a_status_is_shown_also_of_one_that_has_failed(system: System) -> None:
    system.program("#!/bin/sh\necho 'esteira.service - caiu'\nexit 3\n")
    assert systemd.status(OURS) == "esteira.service - caiu\n"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("primeira\nJob failed.\n", "falhou: Job failed."),
        ("", "falhou: 1."),
        ("senha=palavra-9317 recusada", r"falhou: senha=\*\*\*"),
    ],
)
def test_a_refusal_is_told_by_its_last_line_and_without_a_secret(system: System, said: str, told: str) -> None:
    OURS.path.write_text(unit.MARK)
    system.fails("start", said)
    with pytest.raises(Transient, match=told) as fault:
        systemd.start(OURS)
    assert "palavra-9317" not in str(fault.value)


@pytest.mark.parametrize(("said", "told"), [("System has not been booted.\n", "not been booted"), ("", "código 1")])
def test_where_systemd_does_not_answer_nothing_is_written(system: System, plan: Plan, said: str, told: str) -> None:
    system.fails("show-environment", said)
    with pytest.raises(Misconfigured, match=told):
        systemd.install(plan, of_user=False, account="esteira")
    assert list(system.units.iterdir()) == []


def test_a_program_that_is_none_is_told(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    # nor is there another one of its name
    monkeypatch.setenv("PATH", str(system.bin))
    OURS.path.write_text(unit.MARK)
    (system.bin / "systemctl").write_bytes(b"\x7fELF nada")
    with pytest.raises(Misconfigured, match="O systemd não responde"):
        systemd.start(OURS)


def test_what_does_not_end_is_told_after_a_while(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(systemd, "SECONDS", 0.05)
    system.program("#!/bin/sh\nexec sleep 60\n")
    with pytest.raises(Transient, match=r"status não terminou em 0\.05 s"):
        systemd._run(False, "status", seconds=systemd.SECONDS)
