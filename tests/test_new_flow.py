"""One more flow is a few files of its own: dropped into the walk, it is found by everybody."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Configure
from support import pages
from support.ports import wait_until

TESTS = Path(__file__).parent
TOY = TESTS / "support" / "brinquedo"
PAGE = (TOY / "reference" / "brinquedo.md").read_text()
RUN = [sys.executable, "-W", "error", str(TOY / "run.py")]


def with_toy() -> dict[str, str]:
    """Return the environment in which the toy's helpers are found."""
    return os.environ | {"PYTHONPATH": f"{TESTS.parent}{os.pathsep}{TESTS}"}


def run(*words: str, folder: Path) -> str:
    """Run a module in a process that has the toy; return what it prints."""
    told = subprocess.run([*RUN, *words], cwd=folder, capture_output=True, text=True, check=False, env=with_toy())
    assert told.returncode == 0, told.stderr
    return told.stdout


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Where it was found, by a process of its own with a fresh database."""
    folder = tmp_path_factory.mktemp("brinquedo")
    return json.loads(run("support.brinquedo.report", folder=folder).splitlines()[-1])  # type: ignore[no-any-return]


def test_its_queue_is_declared_to_celery_with_its_route_and_its_limits(found: dict[str, Any]) -> None:
    assert "brinquedo" in found["fila"]
    assert found["rota"] == {"queue": "brinquedo"}
    assert found["limites"] == {"soft_time_limit": 33, "time_limit": 48}


def test_it_has_a_worker_with_its_own_time_to_stop(found: dict[str, Any]) -> None:
    carries, processes, within, at_most = found["worker"]
    assert (carries, processes) == ("brinquedo", 3)
    assert 11 < within < 33 < at_most
    assert found["juntos"]
    assert "brinquedos" in found["processos"]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (
            "procfile",
            "brinquedos: python -m workers.run -A workers worker -Q brinquedo -n brinquedos@%h --autoscale=3,1",
        ),
        ("compose", "  brinquedos:\n    <<: *worker\n"),
        ("compose", "stop_grace_period: 53s"),
        ("referencia", "| `brinquedo` | Brinca de pular | `brinquedos` | 3 | 33 s | `brinquedo.pular` |"),
        ("leiame", "celery -A workers worker -Q brinquedo -n brinquedos@%h"),
        ("metricas", "esteira_brinquedo_altura 7.0"),
        ("metricas na página", "| `esteira_brinquedo_altura` | gauge | – | Altura. |"),
    ],
)
def test_it_stands_in_what_is_written_and_told(found: dict[str, Any], text: str, part: str) -> None:
    assert part in found[text]


def test_it_is_examined_and_what_is_too_old_of_it_goes(found: dict[str, Any]) -> None:
    assert "brinquedo" in found["diagnostico"]
    assert found["retencao"]["pecas"] == 3


@pytest.mark.parametrize("what", ["chave", "evento", "tabela"])
def test_its_settings_events_and_tables_are_known(found: dict[str, Any], what: str) -> None:
    assert found[what]


def test_its_own_page_tells_what_the_common_pages_tell_of_the_others(found: dict[str, Any]) -> None:
    assert {"brinquedo"} == set(pages.named(PAGE, pages.CHECKS)) <= set(found["diagnostico"])
    assert pages.named(PAGE, pages.RETENTION) == ["brinquedo"]
    sample = json.loads(pages.code(PAGE, "json", "brinquedo_quebrado") or "{}")
    assert list(sample["dados"]) == found["campos"]


@pytest.fixture
def worker(configure: Configure, sqlite: str, broker: str, tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker that has the toy."""
    command = [*RUN, "celery", "-q", "-A", "workers", "worker", "-Q", "brinquedo", "-c", "1", "-l", "ERROR"]
    flags = ["--without-gossip", "--without-mingle"]
    running = subprocess.Popen([*command, *flags], cwd=tmp_path, env=with_toy(), stdout=subprocess.DEVNULL)
    yield running
    running.kill()
    running.wait()


@pytest.mark.slow
def test_a_worker_opens_with_it_carries_it_out_and_stops_with_it(
    worker: "subprocess.Popen[bytes]", tmp_path: Path
) -> None:
    file = tmp_path / "brinquedo.txt"

    def lines() -> list[str]:
        return file.read_text().splitlines() if file.exists() else []

    wait_until(lambda: {"abriu", "devolveu", "devolveu lá"} <= set(lines()))
    run("support.brinquedo.ask", "7", folder=tmp_path)
    wait_until(lambda: "caiu 7" in lines())
    run("support.brinquedo.ask", "500", folder=tmp_path)
    wait_until(lambda: "pulou 500" in lines())
    worker.terminate()
    assert worker.wait(60) == 0
    # on a busy machine it may give back once more meanwhile
    after = lines()[lines().index("pulou 500") :]
    assert [line for line in after if not line.startswith("devolveu")] == ["pulou 500", "caiu 500", "fechou", "saiu"]
