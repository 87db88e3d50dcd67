"""Calls from a bare Python process, as the README shows them: one for each flow, carried out by a real worker."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Configure
from support.deliveries import SECRET, only, webhook
from support.ports import wait_until

from core.queues import queues
from sandbox.documentos import notas
from sandbox.hub import HubServer
from sandbox.receiver import ReceiverServer
from storage.models.documentos import Documento
from storage.models.sat import Caixa
from storage.session import reading

ROOT = Path(__file__).parents[2]
# What a worker's log says of a task that ended well.
SUCCEEDED = {"entregas": "entregas.drenar", "varredura": "entregas.varrer", "questor": "questor.avancar"}
CALLS = {
    "sat": 'from tasks.sat import verificar_caixa; verificar_caixa.delay("loja-1")',
    "questor": "from tasks.questor import avancar; avancar.delay()",
    "documentos": 'from tasks.documentos import importar_xml; importar_xml.delay("/dados/xml")',
    "entregas": "from tasks.entregas import drenar; drenar.delay([1])",
    "varredura": "from tasks.entregas import varrer; varrer.delay()",
    "evento": 'from events import disparar_webhook; disparar_webhook("alerta_aberto", {"mensagem": "Olá"})',
}


@pytest.fixture
def outside(
    configure: Configure, sqlite: str, broker: str, loopback: None, tmp_path: Path
) -> Iterator[tuple[HubServer, ReceiverServer, Path]]:
    """A hub, a receiver, and a worker of all queues with its log."""
    log = tmp_path / "worker.log"
    with HubServer() as hub, ReceiverServer({"/x": SECRET}) as receiver:
        configure(sat__boxes=json.dumps([{"name": "loja-1", "host": hub.host, "port": hub.port}]))
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "workers",
            "worker",
            "-Q",
            ",".join(queue.name for queue in queues()),
            "-c",
            "1",
            "-l",
            "INFO",
        ]
        with log.open("wb") as told:
            worker = subprocess.Popen([*command, "--without-gossip", "--without-mingle"], stdout=told, stderr=told)
        yield hub, receiver, log
        worker.terminate()
        worker.wait(60)


def bare_python(program: str) -> None:
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True)


@pytest.mark.slow
def test_each_call_of_the_readme_is_carried_out(
    outside: tuple[HubServer, ReceiverServer, Path], tmp_path: Path
) -> None:
    hub, receiver, log = outside
    bare_python(CALLS["sat"])
    wait_until(lambda: hub.count(1) == 1)
    wait_until(lambda: _result("loja-1") == "ok")
    webhook(f"{receiver.url}/x")
    bare_python(CALLS["evento"])
    wait_until(lambda: only().estado == "entregue")
    (tmp_path / "nota.xml").write_bytes(notas.nota(1).xml)
    bare_python(CALLS["documentos"].replace("/dados/xml", str(tmp_path)))
    wait_until(lambda: _imported() == 1)
    for call, task in SUCCEEDED.items():
        before = len(ended_well(log, task))
        bare_python(CALLS[call])
        wait_until(lambda task=task, before=before: len(ended_well(log, task)) > before)


def ended_well(log: Path, task: str) -> list[str]:
    """Return the lines of a worker's log that tell of an end without a fault."""
    return re.findall(rf"{re.escape(task)}\[\S+\] succeeded", log.read_text())


def _result(nome: str) -> str | None:
    with reading() as db:
        row = db.query(Caixa).filter_by(nome=nome).first()
        return row.resultado if row else None


def _imported() -> int:
    with reading() as db:
        return db.query(Documento).count()


@pytest.mark.parametrize("call", ["sat", "questor", "documentos", "entregas", "evento"])
def test_the_readme_shows_the_calls_that_are_tested(call: str) -> None:
    shown = (ROOT / "README.md").read_text()
    imported, called = CALLS[call].split("; ")
    assert re.search(rf"(?m)^{re.escape(imported)}\n\n{re.escape(called)}$", shown)
