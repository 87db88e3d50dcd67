"""SIGTERM in mid-send of each flow: what is under way ends well, nothing is unknown, nothing repeated, nothing held."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import oracledb
import pytest
from conftest import Configure
from sqlalchemy import func, select
from support.deliveries import SECRET, deliveries, fire, webhook
from support.ports import free_port, wait_until
from support.processes import alive, descendants
from support.questor import TOKEN, account, lot, states

from connectors.oracle import ddl
from core import messages
from core.clock import SYSTEM
from core.settings.fila import FilaColumns
from flows.questor import starting
from sandbox import faults
from sandbox.hub import HubServer
from sandbox.oracle.server import OracleServer
from sandbox.questor import QuestorServer
from sandbox.questor.documentos import documento
from sandbox.receiver import ReceiverServer
from storage.models.destinos import Destino
from storage.models.eventos import Delivery, Event
from storage.models.fila import FilaLinha
from storage.models.processos import Processo
from storage.models.questor import QuestorArquivo, QuestorRemetente
from storage.models.sat import Caixa
from storage.session import reading
from workers.layout import one_per_family

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
WORKERS = {worker.name: worker for worker in one_per_family()}
AMOUNT = 60
TABLE, COLUMNS = ddl.DEFAULT_TABLE, FilaColumns()


@contextmanager
def running(name: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a worker of the product's table, as it is shipped."""
    process = subprocess.Popen(WORKERS[name].command(), cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)})
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def end_well(process: "subprocess.Popen[bytes]", name: str) -> None:
    """Stop it as a supervisor does, who gives it the time that its queues declare."""
    process.send_signal(signal.SIGTERM)
    assert process.wait(WORKERS[name].stops_within) == 0


def known() -> list[str]:
    """Return the workers that are told as living or missed."""
    with reading() as db:
        return list(db.scalars(select(Processo.nome)))


def held(*models: type) -> int:
    """Return how many rows somebody holds."""
    with reading() as db:
        counts = [select(func.count()).select_from(one).where(one.lease_token.is_not(None)) for one in models]
        return sum(db.scalar(count) or 0 for count in counts)


def test_deliveries(postgres: str, broker: str, loopback: None) -> None:
    with ReceiverServer({"/x": SECRET}) as receiver:
        webhook(f"{receiver.url}/x")
        receiver.faults.always(faults.slow(1), key="/x")
        with running("entregas") as worker:
            fire(AMOUNT)
            assert receiver.wait_for(lambda: len(receiver.requests) > 4)
            wait_until(lambda: known() == ["entregas"])
            end_well(worker, "entregas")
        assert known() == []
        assert held(Delivery, Destino) == 0
        begun = len(receiver.requests)
        assert 0 < begun < AMOUNT
        assert Counter(row.estado for row in deliveries()) == {"entregue": begun, "pendente": AMOUNT - begun}
        receiver.faults.clear()
        with running("entregas"):
            messages.send("entregas.drenar", [[1]])
            wait_until(lambda: {row.estado for row in deliveries()} == {"entregue"})
        assert len(receiver.requests) == AMOUNT


def test_questor(sqlite: str, broker: str, configure: Configure, tmp_path: Path) -> None:
    with QuestorServer(TOKEN) as server:
        configure(**account(server.url, max_batch_items="5"))
        server.limites.latencia = 0.5
        lote = lot(tmp_path / "lote", (documento("nfe", number) for number in range(1, 301)))
        with running("questor") as worker:
            for _ in range(starting.SENDERS):
                messages.send("questor.enviar_bloco", [lote])
            wait_until(lambda: len(server.guardados) > 20)
            end_well(worker, "questor")
        assert held(QuestorArquivo, QuestorRemetente) == 0
        assert states(lote) == {"enviado": len(server.guardados), "pendente": 300 - len(server.guardados)}
        server.limites.latencia = 0
        with running("questor"):
            messages.send("questor.enviar_bloco", [lote])
            wait_until(lambda: states(lote) == {"enviado": 300})
        assert sum(server.repetidos.values()) == 0


def test_sat(postgres: str, broker: str, configure: Configure) -> None:
    with HubServer(everywhere=True) as hub:
        boxes = [
            {"name": f"loja-{n}", "host": hub.address(n), "port": hub.port, "numero_caixa": n} for n in range(1, 31)
        ]
        configure(sat__boxes=json.dumps(boxes))
        hub.faults.always(faults.slow(2))
        with running("sat") as worker:
            wait_until(lambda: _rows() == len(boxes))
            messages.send("sat.varrer")
            wait_until(lambda: any(hub.count(n) for n in range(1, 31)))
            end_well(worker, "sat")
        assert held(Caixa) == 0
        asked = {f"loja-{n}" for n in range(1, 31) if hub.count(n)}
        assert asked
        assert max(hub.count(n) for n in range(1, 31)) == 1
        with reading() as db:
            found = db.scalars(select(Caixa).where(Caixa.verificada_em.is_not(None))).all()
        assert {row.nome for row in found} == asked
        assert {row.resultado for row in found} == {"ok"}


def _rows() -> int:
    with reading() as db:
        return db.scalar(select(func.count()).select_from(Caixa).where(Caixa.due_at <= SYSTEM.now())) or 0


@contextmanager
def queue_table(configure: Configure, rows: int) -> Iterator[Callable[[str], int]]:
    """Configure an ERP's table with so many rows; give what counts those of a status."""
    with OracleServer({"hsm": "palavra"}) as server:
        account = {"fila__user": "hsm", "fila__password": "palavra"}  # pragma: allowlist secret
        configure(fila__dsn=server.dsn, fila__batch="20", **account)
        connection = oracledb.connect(user="hsm", password="palavra", dsn=server.dsn)
        with connection, connection.cursor() as cursor:
            for statement in (ddl.create("oracle", TABLE, COLUMNS), *ddl.relay("oracle", TABLE, COLUMNS)):
                cursor.execute(statement)
            cursor.executemany(f"INSERT INTO {TABLE} (ID_OS) VALUES (:1)", [(number,) for number in range(rows)])
            connection.commit()

            def amount(status: str) -> int:
                cursor.execute(f"SELECT COUNT(*) FROM {TABLE} WHERE STATUS = '{status}'")
                return int(cursor.fetchone()[0])  # type: ignore[index]

            yield amount


def test_queue_tables(sqlite: str, broker: str, configure: Configure) -> None:
    rows = 1500
    with queue_table(configure, rows) as amount:
        with running("fila") as worker:
            messages.send("fila.vigiar")
            wait_until(lambda: amount("PROCESSADO") > 0)
            end_well(worker, "fila")
        assert amount("PROCESSANDO") == 0
        assert 0 < amount("PROCESSADO") == _events() < rows
        with running("fila"):
            # as beat does: a message that comes while the one before is still looking is for nothing
            wait_until(lambda: (messages.send("fila.vigiar"), amount("PROCESSADO"))[1] == rows, every=2)
        assert _events() == rows


def test_all_of_them_on_one_machine(sqlite: str, loopback: None, configure: Configure, tmp_path: Path) -> None:
    """The whole line, as it is typed: its two workers carry all that is under way."""
    rows, documents, owed = 3000, 600, 600
    configure(flower__port=str(free_port()), api__port=str(free_port()))
    with (
        ReceiverServer({"/x": SECRET}) as receiver,
        QuestorServer(TOKEN) as questor,
        queue_table(configure, rows) as amount,
    ):
        configure(**account(questor.url, max_batch_items="5"))
        questor.limites.latencia = 0.5
        receiver.faults.always(faults.slow(1), key="/x")
        webhook(f"{receiver.url}/x")
        lote = lot(tmp_path / "lote", (documento("nfe", number) for number in range(1, documents + 1)))
        fire(owed)
        with (tmp_path / "saida.txt").open("wb") as said:
            line = subprocess.Popen([sys.executable, "-m", "cli.main", "subir"], stdout=said, stderr=said)
        try:
            assert receiver.wait_for(lambda: len(receiver.requests) > 4, timeout=120)
            wait_until(lambda: len(questor.guardados) > 5)
            messages.send("fila.vigiar")
            wait_until(lambda: amount("PROCESSADO") > 0)
            below = descendants(line.pid)
            line.send_signal(signal.SIGTERM)
            assert line.wait(60) == 0
        finally:
            line.kill()
            line.wait()
        begun, sent, told = len(receiver.requests), len(questor.guardados), _orders()
        assert "encerrado" not in (tmp_path / "saida.txt").read_text()
        assert [pid for pid in below if alive(pid)] == []
        assert held(Delivery, Destino, QuestorArquivo, QuestorRemetente) == 0
        assert Counter(row.estado for row in deliveries()) == {"entregue": begun, "pendente": owed - begun}
        assert states(lote) == {"enviado": sent, "pendente": documents - sent}
        assert (amount("PROCESSANDO"), amount("PROCESSADO")) == (0, told)
        assert (0 < told < rows, sent < documents, begun < owed) == (True, True, True)
        assert (receiver.repeats, sum(questor.repetidos.values())) == ({}, 0)


def _orders() -> int:
    with reading() as db:
        return db.scalar(select(func.count()).select_from(FilaLinha)) or 0


def _events() -> int:
    with reading() as db:
        return db.scalar(select(func.count()).select_from(Event)) or 0
