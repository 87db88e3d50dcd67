"""Calls from a bare Python process, as the README shows them: one for each flow, carried out by a real worker."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Configure
from support.deliveries import SECRET, fire, only, webhook
from support.ports import wait_until

from core.queues import queues
from sandbox.hub import HubServer
from sandbox.receiver import ReceiverServer
from storage.models import Caixa
from storage.session import reading

ROOT = Path(__file__).parents[2]
CALLS = {
    "sat": 'from tasks.sat import verificar_caixa; verificar_caixa.delay("loja-1")',
    "questor": "from tasks.questor import avancar; avancar.delay()",
    "entregas": "from tasks.entregas import drenar; drenar.delay(1)",
    "varredura": "from tasks.entregas import varrer; varrer.delay()",
    "evento": 'from events import disparar_webhook; disparar_webhook("alerta_aberto", {"mensagem": "Olá"})',
}


@pytest.fixture
def outside(
    configure: Configure, sqlite: str, broker: str, loopback: None
) -> Iterator[tuple[HubServer, ReceiverServer]]:
    """A hub, a receiver, and a worker of all queues."""
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
        ]
        worker = subprocess.Popen([*command, "--without-gossip", "--without-mingle"], stderr=subprocess.DEVNULL)
        yield hub, receiver
        worker.terminate()
        worker.wait(30)


def bare_python(program: str) -> None:
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True)


@pytest.mark.slow
def test_each_call_of_the_readme_is_carried_out(outside: tuple[HubServer, ReceiverServer]) -> None:
    hub, receiver = outside
    bare_python(CALLS["sat"])
    wait_until(lambda: hub.count(1) == 1, seconds=30)
    wait_until(lambda: _result("loja-1") == "ok")
    webhook(f"{receiver.url}/x")
    bare_python(CALLS["evento"])
    wait_until(lambda: only().estado == "entregue")
    for call in ("entregas", "varredura"):
        before = len(receiver.requests)
        fire()
        bare_python(CALLS[call])
        assert receiver.wait_for(lambda before=before: len(receiver.requests) > before)


def _result(nome: str) -> str | None:
    with reading() as db:
        row = db.query(Caixa).filter_by(nome=nome).first()
        return row.resultado if row else None


@pytest.mark.parametrize("call", ["sat", "questor", "entregas", "evento"])
def test_the_readme_shows_the_calls_that_are_tested(call: str) -> None:
    shown = (ROOT / "README.md").read_text()
    imported = CALLS[call].split(";")[0]
    assert imported in shown
