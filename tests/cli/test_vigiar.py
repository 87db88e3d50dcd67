"""`esteira importar --vigiar`: what arrives is taken until a signal, and what goes wrong is told once."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest
from support.typed import Run

from cli import vigiar
from cli.importar import Lines
from core import stop_signals
from core.errors import Conflict, Transient
from sandbox.documentos.notas import nota

PATIENCE = 60


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "xml"
    made.mkdir()
    return made


def put(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@dataclass
class Screen:
    """Somebody who is shown each document, and does something then; the last step ends the watch."""

    steps: list[Callable[[], None]]
    shown: list[str] = field(default_factory=list)
    ended: bool = False

    def show(self, line: Any) -> None:
        self.shown.append(line.arquivo)
        self.steps.pop(0)()

    def sum_up(self) -> None:
        self.ended = True


@pytest.fixture(autouse=True)
def signals(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let nobody pause between two looks, and the signals of this process be as they were."""
    monkeypatch.setattr(vigiar, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(vigiar, "AFTER_FAULT_SECONDS", 0.0)
    before = {number: signal.getsignal(number) for number in stop_signals.STOP}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def leave() -> None:
    signal.raise_signal(signal.SIGTERM)


def raising(fault: Exception) -> Callable[[], None]:
    def step() -> None:
        raise fault

    return step


def watched(
    folder: Path, capsys: pytest.CaptureFixture[str], *steps: Callable[[], None], importados: Path | None = None
) -> tuple[Screen, list[str]]:
    """Watch until the last step; return what was shown and what was said."""
    screen = Screen([*steps])
    aside = str(importados) if importados else None
    assert vigiar.vigiar(str(folder), None, None, aside, None, 0.0, cast("Lines", screen)) == 0
    assert (screen.steps, screen.ended) == ([], True)
    return screen, capsys.readouterr().err.splitlines()


def test_what_was_taken_is_counted_and_what_is_under_way_at_the_signal_is_ended(
    sqlite: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(folder / "a.xml", nota(1).xml)
    put(folder / "b.xml", b"<ruim/>")
    screen, said = watched(folder, capsys, leave, lambda: None)
    assert screen.shown == ["a.xml", "b.xml"]
    assert said == [f"Vigiando {folder}; Ctrl-C termina.", "1 arquivo importado, 1 recusado."]
    assert sorted(path.name for path in folder.rglob("*.xml")) == ["a.xml", "b.xml"]
    assert list(folder.glob("*.xml")) == []


def test_a_fault_that_stays_is_told_once_and_another_one_again(
    sqlite: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(folder / "a.xml", nota(1).xml)
    busy, off = Transient("O banco está ocupado."), Conflict("O usuário está desativado.")
    faults = [raising(one) for one in (busy, busy, off, busy)]
    _, said = watched(folder, capsys, *faults, leave)
    told = [f"{one} Os arquivos ficam onde estão; nova tentativa a cada 0 segundos." for one in (busy, off, busy)]
    assert said[1:] == [*told, "1 arquivo importado, 0 recusados."]


def test_a_fault_that_comes_back_after_a_good_look_is_told_again(
    sqlite: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(folder / "a.xml", nota(1).xml)
    busy = Transient("O banco está ocupado.")
    _, said = watched(
        folder,
        capsys,
        raising(busy),
        lambda: put(folder / "b.xml", nota(2).xml) and None,
        raising(busy),
        leave,
    )
    assert [one.startswith("O banco está ocupado.") for one in said[1:]] == [True, False, True, False]


def test_a_file_that_cannot_be_moved_is_told_once_however_often_it_is_looked_at(
    sqlite: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(folder / "a.xml", nota(1).xml)
    no_folder = put(tmp_path / "ja", b"")
    steps = (
        lambda: put(folder / "b.xml", nota(2).xml) and None,
        lambda: put(folder / "c.xml", nota(3).xml) and None,
        leave,
    )
    _, said = watched(folder, capsys, *steps, importados=no_folder)
    moved = [Path(one.removeprefix("Importado, mas não consegui mover: ").partition(": ")[0]).name for one in said[1:]]
    assert moved == ["a.xml", "b.xml", "c.xml"]


@pytest.mark.parametrize("seconds", ["-1", "inf", "nan", "86401", "1e300"])
def test_a_watch_waits_for_a_time_that_ends(run: Run, folder: Path, seconds: str) -> None:
    code, out, err = run("importar", "--vigiar", str(folder), "--repouso", seconds)
    assert (code, out) == (2, "")
    assert "Valor inválido para a opção --repouso" in err


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_watched_folder_is_emptied_until_a_signal(sqlite: str, folder: Path, number: signal.Signals) -> None:
    put(folder / "a.xml", nota(1).xml)
    put(folder / "b.xml", b"<ruim/>")
    words = [sys.executable, "-m", "cli.main", "importar", "--vigiar", str(folder), "--repouso", "0"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as watching:
        try:
            wait_for(lambda: len(list(folder.glob("importados/*/a.xml"))) == 1, watching)
            put(folder / "c.xml", nota(3).xml)
            wait_for(lambda: len(list(folder.glob("importados/*/c.xml"))) == 1, watching)
            # a file has its new place before it leaves the old one; who is killed between the two is another matter
            wait_for(lambda: sorted(os.listdir(folder)) == ["importados", "recusados"], watching)
            watching.send_signal(number)
            _, err = watching.communicate(timeout=PATIENCE)
        finally:
            watching.kill()
    assert watching.returncode == (-signal.SIGKILL if number == signal.SIGKILL else 0)
    assert [path.name for path in folder.glob("recusados/*")] == ["b.xml"]
    assert sorted(os.listdir(folder)) == ["importados", "recusados"]
    if number != signal.SIGKILL:
        assert "2 documentos novos, 1 recusado." in err


def wait_for(done: Callable[[], bool], running: "subprocess.Popen[Any]") -> None:
    ends = time.monotonic() + PATIENCE
    while not done():
        assert running.poll() is None, running.communicate()
        assert time.monotonic() < ends
        time.sleep(0.02)


@pytest.mark.slow
def test_a_watch_waits_while_its_user_is_off(run: Run, folder: Path, tmp_path: Path) -> None:
    run("usuarios criar ana")
    options = ["--vigiar", str(folder), "--repouso", "0", "--usuario", "ana"]
    words = [sys.executable, "-m", "cli.main", "importar", *options]
    said = tmp_path / "dito"
    with said.open("w") as err, subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=err) as watching:
        try:
            wait_for(lambda: "Vigiando" in said.read_text(), watching)
            run("usuarios desativar ana")
            put(folder / "a.xml", nota(1).xml)
            wait_for(lambda: "está desativado" in said.read_text(), watching)
            watching.terminate()
            watching.wait(PATIENCE)
        finally:
            watching.kill()
    assert (watching.returncode, os.listdir(folder)) == (0, ["a.xml"])


@pytest.mark.slow
def test_a_watch_that_is_killed_again_and_again_loses_nothing(sqlite: str, folder: Path, run: Run) -> None:
    amount = 150
    for number in range(1, amount + 1):
        put(folder / f"{number}.xml", nota(number).xml)
    words = [sys.executable, "-m", "cli.main", "importar", "--vigiar", str(folder), "--repouso", "0"]

    def moved() -> list[Path]:
        # an empty one holds a name for a file that is about to be moved, or was when its watch was killed
        return [path for path in folder.glob("importados/*/*.xml") if path.stat().st_size]

    for target in (1, amount // 3, amount):
        with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as watching:
            try:
                wait_for(lambda least=target: len(moved()) >= least, watching)
            finally:
                watching.kill()
    assert {path.read_bytes() for path in moved()} == {nota(number).xml for number in range(1, amount + 1)}
    assert list(folder.glob("*.xml")) == []
    assert len(json.loads(run("documentos listar --limite 1000 --json")[1])) == amount
