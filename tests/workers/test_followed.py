"""One id is followed through the logs of real processes: from a request or a run of beat to the delivered call."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import Configure
from support.api import Client
from support.deliveries import SECRET, change, owned, webhook
from support.otlp import Collector, collecting
from support.ports import free_port, wait_until

from core.clock import SYSTEM
from core.queues import queues
from flows.usuarios import tokens
from sandbox.receiver import ReceiverServer
from workers.layout import together

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
HASTY = ROOT / "tests" / "support" / "hasty.py"
Log = list[dict[str, Any]]


@contextmanager
def running(folder: Path, collector: str) -> Iterator[dict[str, Path]]:
    """Run agenda and API in one process and a worker of all queues; give the file in which each says what it does."""
    worker = together("tudo", queues(), processes=2)
    commands = {"servicos": ("workers.services", "ninguem"), "tudo": worker.arguments()}
    told = {"ESTEIRA_LOG__FORMATO": "json", "ESTEIRA_LOG__NIVEL": "info", "ESTEIRA_OTEL__ENDERECO": collector}
    environment = os.environ | {"PYTHONPATH": str(ROOT)} | told
    said = {name: folder / f"{name}.log" for name in commands}
    started = []
    for name, arguments in commands.items():
        with said[name].open("wb") as file:
            command = [sys.executable, str(HASTY), *arguments]
            started.append(subprocess.Popen(command, cwd=ROOT, env=environment, stdout=file, stderr=file))
    try:
        yield said
    finally:
        for process in started:
            process.kill()
            process.wait()


def lines(file: Path) -> Log:
    """Return what a process said; what is not one object a line is a mistake."""
    whole = file.read_text().rpartition("\n")[0]
    return [json.loads(line) for line in whole.splitlines()]


def find(log: Log, message: str, **wanted: object) -> Log:
    return [one for one in log if one["message"] == message and wanted.items() <= one.items()]


def test_one_id_goes_from_the_request_or_the_run_of_beat_to_the_delivered_call(
    sqlite: str, broker: str, loopback: None, configure: Configure, tmp_path: Path
) -> None:
    port = free_port()
    configure(core__database_url=sqlite, core__redis_url=broker, api__port=str(port), flower__port=str(free_port()))
    with (
        collecting() as collector,
        ReceiverServer({"/meu": SECRET, "/todos": SECRET}) as receiver,
        running(tmp_path, collector.url) as said,
    ):
        owned(webhook(f"{receiver.url}/meu", "nfe_importada"), "ana")
        webhook(f"{receiver.url}/todos", "alerta_aberto")
        change(webhook("https://longe.example/x", "nfe_importada", nome="longe"), desligado_em=SYSTEM.now())
        client = Client(f"http://127.0.0.1:{port}", tokens.criar("ana").token)

        wait_until(lambda: _answers(client))
        answer = client.post("/api/integracoes/disparar/", {"evento": "nfe_importada", "dados": {"chave": "1"}})
        assert answer.status_code < 300, answer.text
        asked = answer.headers["X-Request-ID"]
        wait_until(lambda: find(lines(said["tudo"]), "attempt", origin=asked))
        wait_until(lambda: find(lines(said["tudo"]), "attempt", evento="alerta_aberto"))
        services, worker = lines(said["servicos"]), lines(said["tudo"])
        begun = find(worker, "attempt", evento="alerta_aberto")[0]["origin"]
        wait_until(lambda: len(tree(collector, asked)) >= 2 and len(tree(collector, begun)) >= 3)

    (made,) = find(services, "event", origin=asked, request_id=asked)
    (tried,) = find(worker, "attempt", origin=asked)
    (request,) = find(services, "request", request_id=asked)
    assert (tried["event_id"], tried["status"]) == (made["event_id"], 200)
    assert request["status"] == answer.status_code

    told = find(worker, "attempt", evento="alerta_aberto")[0]
    (due,) = find(services, "due", origin=begun)
    (began,) = find(worker, "task begins", origin=begun, task=due["task"])
    opened = find(worker, "event", origin=begun, task_id=began["task_id"])
    assert (due["task"], began["flow"]) == ("alertas.julgar", "alertas")
    assert told["event_id"] in {one["event_id"] for one in opened}
    assert {one["service"] for one in services} == {"servicos"}
    assert {one["service"] for one in worker} == {"tudo"}

    # the same way, as spans of one trace, each below the one that caused it
    assert tree(collector, asked)[:2] == ["POST /api/integracoes/disparar/", "entrega nfe_importada"]
    assert tree(collector, begun)[:3] == ["alertas.julgar", "alertas.julgar", "entrega alerta_aberto"]


def tree(collector: Collector, trace: str) -> list[str]:
    """Return the names of a trace's spans from its first down the line of the delivered call."""
    spans = [one for one in collector.spans if one.trace == trace]
    by_number = {one.number: one for one in spans}
    for one in spans:
        if one.name.startswith("entrega "):
            line = [one]
            while parent := by_number.get(line[0].parent):
                line.insert(0, parent)
            return [each.name for each in line]
    return []


def _answers(client: Client) -> bool:
    try:
        return client.get("/saude/").status_code == 200
    except OSError:
        return False
