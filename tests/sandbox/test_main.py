"""The demonstration's outside world as a process, and the story it tells."""

import asyncio
import io
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

import pytest
from aiohttp import web
from satcfe.clientesathub import ClienteSATHub
from satcfe.resposta import RespostaConsultarStatusOperacional
from satcomum.ersat import ChaveCFeSAT

from core.clock import FixedClock
from sandbox.__main__ import main, serve
from sandbox.demo.hub import SHOPS
from sandbox.demo.part import Stage, parts
from sandbox.demo.questor import DOCUMENTS
from sandbox.sat_wire import CAMPOS_STATUS, VAZIA
from sandbox.server import SandboxServer
from sandbox.story import CUPONS, NSERIES, NUMERO_CAIXA, Story

ROOT = Path(__file__).parents[2]
PORTS = {name: [0] * part.ports for name, part in parts().items()}


@contextmanager
def process(first_line: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "sandbox"],
        cwd=ROOT,
        # not the whole of the development mode: asyncio would tell of every pause of the machine
        env=os.environ | {"PYTHONWARNINGS": "default"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdin is not None
        running.stdin.write(first_line + "\n")
        running.stdin.flush()
        try:
            yield running
        finally:
            running.kill()


def first_answer(running: subprocess.Popen[str]) -> dict[str, Any]:
    assert running.stdout is not None
    content: dict[str, Any] = json.loads(running.stdout.readline())
    return content


def state(address: str) -> dict[str, Any]:
    with build_opener(ProxyHandler({})).open(f"{address}/_sandbox/estado", timeout=60) as answer:
        content: dict[str, Any] = json.load(answer)
        return content


def stage(folder: Path) -> str:
    return json.dumps({"folder": str(folder), "ports": PORTS, "seed": "semente"})


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_serves_and_ends_cleanly(number: signal.Signals, tmp_path: Path) -> None:
    with process(stage(tmp_path)) as running:
        served = Stage(str(tmp_path), first_answer(running)["ports"], "semente")
        for shop, port in zip(SHOPS, served.ports["hub"], strict=True):
            answer = ClienteSATHub("127.0.0.1", port, numero_caixa=NUMERO_CAIXA).consultar_status_operacional()
            assert NSERIES[shop] == answer.NSERIE
        watched = {name: range(part.ports) if part.watched is None else part.watched for name, part in parts().items()}
        states = {name: [state(served.url(name, at)) for at in numbers] for name, numbers in watched.items()}
        assert [hub["total"] for hub in states["hub"]] == [1, 1, 1]
        assert all(isinstance(part.told(states[name]), str) for name, part in parts().items())
        assert len(list((tmp_path / "xml").glob("*.xml"))) == sum(DOCUMENTS.values())
        running.send_signal(number)
        rest, errors = running.communicate(timeout=60)
    assert (running.returncode, rest, errors) == (0, "", "")


def test_it_goes_on_when_its_input_ends(tmp_path: Path) -> None:
    with process(stage(tmp_path)) as running:
        assert running.stdin is not None
        running.stdin.close()
        served = Stage(str(tmp_path), first_answer(running)["ports"], "semente")
        assert state(served.url("ntfy"))["publicadas"] == 0
        assert running.poll() is None
        running.stdin = None


@pytest.mark.parametrize(
    "line",
    [
        *("", "nada", "[]", "7", "{}", '{"seed": 1}', '{"folder": ".", "ports": {}, "seed": "a"}'),
        json.dumps({"folder": ".", "ports": PORTS}),
        json.dumps({"folder": ".", "ports": PORTS, "seed": "a", "outro": 1}),
        json.dumps({"folder": 1, "ports": PORTS, "seed": "a"}),
        json.dumps({"folder": ".", "ports": PORTS | {"ntfy": []}, "seed": "a"}),
        json.dumps({"folder": ".", "ports": PORTS | {"ntfy": [0, 0]}, "seed": "a"}),
        json.dumps({"folder": ".", "ports": PORTS | {"ntfy": 8080}, "seed": "a"}),
        json.dumps({"folder": ".", "ports": PORTS | {"ntfy": "8"}, "seed": "a"}),
        json.dumps({"folder": ".", "ports": PORTS | {"ntfy": ["8080"]}, "seed": "a"}),
        json.dumps({"folder": ".", "ports": PORTS | {"outro": [0]}, "seed": "a"}),
    ],
)
def test_without_a_whole_stage_it_refuses_in_one_sentence(
    line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(line + "\n"))
    assert main() == 2
    output, errors = capsys.readouterr()
    assert output == ""
    assert errors.startswith("sandbox: a entrada padrão")
    assert errors.count("\n") == 1


def test_what_is_wrong_is_the_exit_code_too() -> None:
    with process("nada") as running:
        output, errors = running.communicate(timeout=60)
    assert (running.returncode, output, errors.count("\n")) == (2, "", 1)


class Small(SandboxServer):
    """Serves nothing but its state."""

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        return ()

    def estado(self) -> dict[str, Any]:
        return {}


def test_a_port_that_is_taken_ends_those_that_served_already() -> None:
    first, second = Small(), Small()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        scene = Stage(".", {"a": [0], "b": [taken.getsockname()[1]]}, "a")
        with pytest.raises(OSError, match=r"(?i)address already in use"):
            asyncio.run(serve({"a": [first], "b": [second]}, scene))
    assert first.port
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", first.port), timeout=60)


def test_what_keeps_it_from_serving_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "arquivo").touch()
    line = json.dumps({"folder": str(tmp_path / "arquivo"), "ports": PORTS, "seed": "a"})
    monkeypatch.setattr("sys.stdin", io.StringIO(line))
    assert main() == 3
    assert capsys.readouterr() == ("", "sandbox: não consegui servir: Not a directory\n")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 3, 10, 15, 0, tzinfo=UTC))


@pytest.fixture
def story(clock: FixedClock) -> Story:
    return Story(clock, ciclo=15)


def told(story: Story, loja: str) -> dict[str, str]:
    line = story.lojas()[loja](100_001)
    RespostaConsultarStatusOperacional.analisar(line)
    return dict(zip(CAMPOS_STATUS, line.split("|"), strict=True))


def test_the_first_shop_has_a_problem_from_the_first_query(story: Story) -> None:
    assert told(story, "loja-1")["CERT_VENCIMENTO"] == "20260330"


def test_the_second_shops_clock_goes_wrong_and_right_again(story: Story, clock: FixedClock) -> None:
    hours = []
    for _ in range(6):
        hours.append(told(story, "loja-2")["DH_ATUAL"][8:10])
        clock.advance(5)
    assert hours == ["12", "10", "12", "12", "10", "12"]


def test_the_third_shop_gathers_coupons_and_sends_them(story: Story, clock: FixedClock) -> None:
    counts = []
    for _ in range(CUPONS + 2):
        fields = told(story, "loja-3")
        counts.append(0 if fields["LISTA_FINAL"] == VAZIA else distance(fields))
        clock.advance(15 / (CUPONS + 1) + 0.001)
    assert counts == [0, 1, 2, 3, 4, 5, 0]


def distance(fields: dict[str, str]) -> int:
    first, last = (ChaveCFeSAT("CFe" + fields[name]) for name in ("LISTA_INICIAL", "LISTA_FINAL"))
    assert fields["ULTIMO_CF_E_SAT"] == fields["LISTA_FINAL"]
    return int(last.numero_cupom_fiscal) - int(first.numero_cupom_fiscal) + 1


def test_the_shops_are_different_boxes(story: Story) -> None:
    assert len({told(story, loja)["NSERIE"] for loja in SHOPS}) == 3
