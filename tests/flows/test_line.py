"""The whole line under violence: whatever dies, everything arrives, and only what was in flight arrives twice."""

import base64
import json
import os
import signal
import urllib.request
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import Configure
from support.deliveries import SECRET, fire, webhook
from support.line import Line, processes_of
from support.ports import wait_until

from core import celery_app
from core.clock import SYSTEM
from sandbox import faults
from sandbox.hub import HubServer
from sandbox.receiver import ReceiverServer
from sandbox.sat_wire import status_line
from workers.layout import one_machine

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("line")]
EVENTS, DESTINATIONS = 50, 4
COMMITTED_AT_LEAST_EACH = 100


@pytest.fixture
def receiver() -> Iterator[ReceiverServer]:
    with ReceiverServer({f"/{n}": SECRET for n in range(DESTINATIONS)}) as running:
        # About 8 in flight x 20 a second for each destination: 200 deliveries take more than a second.
        running.faults.always(faults.slow(0.15))
        yield running


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    with Line(tmp_path / "linha") as made:
        made.folder.mkdir()
        yield made


def owe_all(line: Line, receiver: ReceiverServer, configure: Configure) -> set[str]:
    """Owe 200 deliveries, as a business process of this installation would; return the ids."""
    configure(
        core__data_dir=str(line.data),
        core__keys="[]",
        deliveries__allow_http="true",
        deliveries__allow_networks='["127.0.0.0/8"]',
    )
    celery_app.refresh()
    for number in range(DESTINATIONS):
        webhook(f"{receiver.url}/{number}", nome=f"d{number}")
    return set(fire(EVENTS))


def arrived(receiver: ReceiverServer) -> int:
    return sum(one > 0 for one in receiver._arrivals.values())


def check_everything_arrived(receiver: ReceiverServer, ids: set[str]) -> None:
    wait_until(lambda: arrived(receiver) == EVENTS * DESTINATIONS, seconds=90)
    assert receiver.ids == ids
    assert receiver.unverified == 0
    assert len(receiver.repeats) <= COMMITTED_AT_LEAST_EACH * DESTINATIONS
    assert max(receiver.repeats.values(), default=1) <= 2


def kill_worker_children(line: Line) -> None:
    for pid in line.pids("-n entregas@"):
        os.kill(pid, signal.SIGKILL)


def kill_broker(line: Line) -> None:
    os.kill(line.broker_pid(), signal.SIGKILL)


def flush(line: Line) -> None:
    line.redis().flushall()


@pytest.mark.parametrize("violence", [kill_worker_children, kill_broker, flush])
def test_a_part_that_dies_under_load_loses_nothing(
    line: Line, receiver: ReceiverServer, configure: Configure, violence: Callable[[Line], None]
) -> None:
    line.start()
    line.wait_ready()
    ids = owe_all(line, receiver, configure)
    assert receiver.wait_for(lambda: arrived(receiver) >= 20)
    violence(line)
    assert arrived(receiver) < EVENTS * DESTINATIONS
    check_everything_arrived(receiver, ids)


def test_a_killed_supervisor_leaves_no_orphan_and_loses_nothing(
    line: Line, receiver: ReceiverServer, configure: Configure
) -> None:
    line.start()
    line.wait_ready()
    ids = owe_all(line, receiver, configure)
    assert receiver.wait_for(lambda: arrived(receiver) >= 20)
    assert line.process is not None
    broker = line.broker_pid()
    line.process.kill()
    line.process.wait()
    wait_until(lambda: not processes_of(str(line.data)) and not Path(f"/proc/{broker}").exists(), seconds=10)
    assert arrived(receiver) < EVENTS * DESTINATIONS
    line.start()
    check_everything_arrived(receiver, ids)


def test_the_schedule_is_back_after_the_broker_was_emptied(
    line: Line, receiver: ReceiverServer, configure: Configure
) -> None:
    line.start()
    line.wait_ready()
    wait_until(lambda: line.redis().exists("esteira:redbeat:entregas.varrer"), seconds=20)
    line.redis().flushall()
    wait_until(lambda: line.redis().exists("esteira:redbeat:entregas.varrer"), seconds=20)
    ids = owe_all(line, receiver, configure)
    check_everything_arrived(receiver, ids)


def test_a_box_with_a_problem_reaches_the_receiver_and_flower_lists_the_workers(
    tmp_path: Path, receiver: ReceiverServer
) -> None:
    receiver.faults.clear()
    wrong = {1: lambda sessao: status_line(sessao, agora=SYSTEM.now() - timedelta(hours=3))}
    with HubServer(wrong) as hub:  # type: ignore[arg-type]
        box = {"name": "loja-1", "host": hub.host, "port": hub.port, "interval_seconds": 600}
        with Line(tmp_path / "linha", ESTEIRA_SAT__BOXES=json.dumps([box])) as line:
            line.folder.mkdir()
            words = ["--tipo", "webhook", "--nome", "d", "--url", f"{receiver.url}/0", "--eventos", "alerta_aberto"]
            line.run("destinos", "criar", *words, "--segredo", SECRET)
            line.start()
            assert receiver.wait_for(lambda: receiver.requests, timeout=60)
            assert json.loads(receiver.requests[0].body)["dados"]["codigo"] == "relogio"
            wait_until(lambda: line.run("entregas", "listar")[0]["estado"] == "entregue")
            wait_until(lambda: len(flower(line)) == len(one_machine()), seconds=60, every=0.5)
            tasks = {task for worker in flower(line).values() for task in worker["registered"]}
            assert {"sat.verificar_caixa", "entregas.drenar", "entregas.varrer"} <= tasks
            with urllib.request.urlopen(f"http://127.0.0.1:{line.ports['api']}/saude/", timeout=5) as answer:
                assert json.load(answer) == {"status": "ok"}
            line.stop()
            wait_until(lambda: not processes_of(str(line.data)), seconds=5)
            assert hub.count(1) == 1


def flower(line: Line) -> dict[str, dict[str, list[str]]]:
    """Ask Flower's API for the workers."""
    password = (line.data / "flower.password").read_text().strip()
    request = urllib.request.Request(f"http://127.0.0.1:{line.ports['flower']}/api/workers")
    request.add_header("Authorization", "Basic " + base64.b64encode(f"esteira:{password}".encode()).decode())
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            found: dict[str, dict[str, list[str]]] = json.load(answer)
            return found
    except OSError:
        return {}


def test_the_demonstration_shows_an_alert_to_both_receivers_and_is_down_within_five_seconds(tmp_path: Path) -> None:
    with Line(tmp_path / "linha") as line:
        line.folder.mkdir()
        line.start("--demo")
        wait_until(lambda: delivered_kinds(line) == {"webhook", "ntfy"}, seconds=60, every=0.5)
        broker = line.broker_pid()
        assert line.stop() < 5
        wait_until(lambda: not processes_of(str(line.data)), seconds=2)
        assert not Path(f"/proc/{broker}").exists()
        assert not (line.data / "demonstracao").exists()


def delivered_kinds(line: Line) -> set[str]:
    return {row["tipo"] for row in line.run("entregas", "listar", "--estado", "entregue")}
