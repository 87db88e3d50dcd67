"""HTTPS for real: the judged address is called, under the name that was asked for."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Configure
from support.deliveries import attempts, change, fire, only, webhook
from support.https import https_receiver
from support.ports import SOON_SECONDS

from events.delivery.drain import drain
from storage.models.eventos import Estado

pytestmark = pytest.mark.usefixtures("loopback")


def test_a_certificate_nobody_vouches_for_is_refused(sqlite: str, tmp_path: Path) -> None:
    with https_receiver(tmp_path) as receiver:
        destino = webhook(f"https://localhost:{receiver.port}/x")
        fire()
        drain(destino)
        assert (only().estado, only().last_error) == (Estado.PENDENTE, "o certificado TLS não foi aceito")
        assert receiver.bodies == []


@pytest.mark.parametrize(("name", "arrives"), [("localhost", True), ("outro.example", False)])
def test_the_name_of_the_url_is_asked_for_and_checked(
    sqlite: str, configure: Configure, tmp_path: Path, name: str, arrives: bool
) -> None:
    """In a process of its own, because the authorities are read when it starts."""
    configure(deliveries__allow_http="false")
    with https_receiver(tmp_path, name) as receiver:
        webhook(f"https://localhost:{receiver.port}/x")
        command = [sys.executable, "-m", "cli.main", "eventos", "disparar", "alerta_aberto", "--dados", "{}", "--json"]
        trusting = os.environ | {"SSL_CERT_FILE": str(receiver.authority)}
        done = subprocess.run(command, env=trusting, capture_output=True, check=True)
        (row,) = json.loads(done.stdout)["entregas"]
        assert (row["estado"] == "entregue") is arrives
        assert len(receiver.bodies) == arrives
        assert receiver.names == ["localhost"]


def test_a_connection_that_is_never_accepted_ends_with_the_connect_timeout(sqlite: str, configure: Configure) -> None:
    configure(deliveries__connect_timeout="0.5")
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        destino = webhook(f"http://127.0.0.1:{full.getsockname()[1]}/x")
        change(destino, timeout=60)
        fire()
        drain(destino)
        for filler in fillers:
            filler.close()
    (attempt,) = attempts()
    assert attempt.outcome == "sobrecarga"
    assert 400 <= attempt.duration_ms < SOON_SECONDS * 1000
