"""`esteira servico`, as it is typed: the lines given to systemctl, which here is a program that notes them."""

import json
import stat
from pathlib import Path

import pytest
from support.typed import Run, typing_in
from support.units import System, with_systemd


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Type a command."""
    return typing_in(capsys)


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> System:
    """A machine with systemd."""
    return with_systemd(tmp_path, monkeypatch)


def test_a_service_is_installed_once_started_looked_at_stopped_and_removed(run: Run, system: System) -> None:
    code, _, err = run("servico instalar --nome loja")
    unit = system.units / "esteira-loja.service"
    assert (code, "esteira-loja" in err, stat.S_IMODE(unit.stat().st_mode)) == (0, True, 0o644)
    assert system.asked() == ["daemon-reload", "enable esteira-loja.service"]
    assert (run("servico instalar --nome loja")[0], system.asked()) == (0, ["enable esteira-loja.service"])
    assert (run("servico iniciar --nome loja")[0], system.asked()) == (0, ["start esteira-loja.service"])
    code, out, _ = run("servico estado --nome loja")
    assert (code, "ActiveState: active" in out, "esteira.service - Esteira" in out) == (0, True, True)
    (system.bin / "state").write_text("failed")
    code, out, _ = run("servico estado --nome loja --json")
    assert (code, json.loads(out)["ActiveState"]) == (1, "failed")
    system.asked()
    assert (run("servico parar --nome loja")[0], system.asked()) == (0, ["stop esteira-loja.service"])
    assert run("servico remover --nome loja")[0] == 0
    assert system.asked() == ["disable --now esteira-loja.service", "daemon-reload"]
    assert not unit.exists()
    assert (run("servico remover --nome loja")[0], system.asked()) == (0, [])
    assert list(system.units.iterdir()) == []


def test_a_service_of_a_user_is_asked_of_his_own_manager(run: Run, system: System) -> None:
    code, _, err = run("servico instalar --do-usuario")
    assert (code, "enable-linger" in err) == (0, True)
    assert system.asked() == ["--user daemon-reload", "--user enable esteira.service"]
    assert "User=" not in (system.of_user / "esteira.service").read_text()


def test_the_unit_can_be_seen_without_a_systemd(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("servico instalar --mostrar --conta fiscal --nome loja")
    assert (code, f"WorkingDirectory={tmp_path}" in out, "User=fiscal" in out) == (0, True, True)


def test_a_service_is_planned_with_the_variables_that_it_will_have(run: Run) -> None:
    Path(".env").write_text("ESTEIRA_API__PORT=443\n")
    code, out, _ = run("servico instalar --mostrar --conta fiscal")
    assert (code, "AmbientCapabilities=CAP_NET_BIND_SERVICE" in out) == (0, True)


def test_what_another_hand_made_stays(run: Run, system: System) -> None:
    unit = system.units / "esteira.service"
    unit.write_text("[Service]\nExecStart=/bin/true\n")
    for verb in ("instalar", "remover"):
        code, _, err = run(f"servico {verb}")
        assert (code, "não foi feito pela Esteira" in err) == (2, True)
    assert unit.read_text() == "[Service]\nExecStart=/bin/true\n"


def test_without_a_systemd_one_sentence_says_what_else_there_is(
    run: Run, system: System, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    system.fails("show-environment", "System has not been booted with systemd as init system.\n")
    for verb in ("instalar", "iniciar", "parar", "estado"):
        code, _, err = run(f"servico {verb}")
        assert (code, "esteira subir" in err, "not been booted" in err) == (4, True, True)
    assert list(system.units.iterdir()) == []
    monkeypatch.setenv("PATH", str(tmp_path))
    code, _, err = run("servico instalar")
    assert (code, "não há systemctl" in err) == (4, True)


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ("servico iniciar", 2, "não está instalado"),
        ("servico estado --nome outra", 2, "não está instalado"),
        ("servico instalar --nome ../sshd", 2, "(--nome)"),
    ],
)
def test_what_cannot_be_is_told(run: Run, system: System, words: str, code: int, told: str) -> None:
    found, _, err = run(words)
    assert (found, told in err) == (code, True)


def test_what_systemctl_refuses_is_said_in_its_words(run: Run, system: System) -> None:
    run("servico instalar")
    system.fails("start", "Job for esteira.service failed.\n")
    code, _, err = run("servico iniciar")
    assert (code, "Job for esteira.service failed" in err) == (3, True)
