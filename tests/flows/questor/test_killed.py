"""A sender that is killed loses nothing, repeats only what was in flight, and the next one goes on by itself."""

import json
import random
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from conftest import Configure
from sqlalchemy import update
from support.forked import Forked
from support.ports import wait_until
from support.questor import TOKEN, account, states

from core.clock import SYSTEM
from core.errors import Transient
from flows.questor import report
from flows.questor.outcome import NEVER
from flows.questor.scan import varrer
from sandbox import faults
from sandbox.questor import QuestorServer
from sandbox.questor.documentos import documento
from storage.models.questor import QuestorArquivo, QuestorConta, QuestorLote
from storage.session import reading, transaction

pytestmark = pytest.mark.slow
AT_ONCE, GOOD = 8, 700
TYPES = ("nfe", "nfce", "cte", "cteos", "cfe")


@pytest.fixture
def server(configure: Configure, banco: str) -> Iterator[QuestorServer]:
    with QuestorServer(TOKEN) as running:
        configure(**account(running.url, max_concurrency=str(AT_ONCE), max_batch_items="5"))
        running.limites.latencia = 0.05
        yield running


@pytest.fixture
def lote(server: QuestorServer, tmp_path: Path) -> int:
    """A tree of good, doubled and useless files, one part in a ZIP, scanned."""
    folder = tmp_path / "arquivo"
    folder.mkdir()
    made = [documento(TYPES[number % len(TYPES)], number // len(TYPES) + 1) for number in range(GOOD)]
    for number, one in enumerate(made[:600]):
        (folder / f"{number}.xml").write_text(one.texto)
    with zipfile.ZipFile(folder / "resto.zip", "w") as archive:
        for number, one in enumerate(made[600:]):
            archive.writestr(f"{number}.xml", one.texto)
    for number, one in enumerate(made[:20]):
        (folder / f"copia-{number}.xml").write_text(one.texto + "\n")
    for number in range(10):
        (folder / f"quebrado-{number}.xml").write_text("<nfeProc")
    varrer(str(folder))
    with reading() as db:
        return db.query(QuestorLote).one().id


def start() -> Forked:
    """Start `esteira questor enviar` in a process of its own."""
    return Forked("from cli.main import run; run()", "questor", "enviar", "arquivo", knowing=("cli.questor",))


def finish(lote: int) -> None:
    """Let new processes send until nothing is left; what waits for a while need not."""
    left = {"pendente", "desconhecido"}
    # one that finds only long waits ends by itself
    for _ in range(20):
        process = start()

        def ended(process: Forked = process) -> bool:
            owe_now()
            return process.poll() is not None

        wait_until(ended, every=0.3)
        assert "Traceback" not in process.said()
        owe_now()
        if not left & states(lote).keys():
            break
    assert not left & states(lote).keys()


def owe_now() -> None:
    """Let nothing wait, neither documents nor the account; what the sender has locked is told so the next time."""
    free = (QuestorArquivo.lease_token.is_(None), QuestorArquivo.due_at < NEVER)
    for change in (
        update(QuestorArquivo).where(*free).values(due_at=SYSTEM.now()),
        update(QuestorConta).values(aberto_ate=None, falhas=0, espera=0),
    ):
        with suppress(Transient), transaction() as db:
            db.execute(change)


def lines() -> Counter[str]:
    """Count the states in the report."""
    return Counter(json.loads(line)["estado"] for line in report.relatorio("arquivo", "jsonl"))


def everything_arrived(server: QuestorServer, most_resent: int = 0) -> None:
    """Tell that all is stored, and that what was stored already was asked for instead of being sent again."""
    assert len(server.guardados) == GOOD
    assert server.reenviados.total() <= most_resent
    assert lines() == {"enviado": GOOD, "duplicado": 20, "quarentena": 10}


def test_killed_three_times_in_mid_send(server: QuestorServer, lote: int) -> None:
    draw = random.Random(20261123)
    for part in (0.2, 0.45, 0.7):
        process = start()
        exactly = (part + draw.random() * 0.05) * GOOD
        wait_until(lambda exactly=exactly: len(server.guardados) >= exactly)
        process.kill()
    finish(lote)
    everything_arrived(server)


def test_killed_while_the_server_is_out(server: QuestorServer, lote: int) -> None:
    process = start()
    wait_until(lambda: len(server.guardados) >= 100)
    server.faults.always(faults.status(500))
    before = sum(server.pedidos.values())
    wait_until(lambda: sum(server.pedidos.values()) > before + 5)
    process.kill()
    before = sum(server.pedidos.values())
    again = start()
    # the dead one's documents are asked for, or others tried
    wait_until(lambda: sum(server.pedidos.values()) > before)
    again.kill()
    stored = len(server.guardados)
    server.faults.clear()
    finish(lote)
    assert stored < GOOD
    # a query that fails too often is given up, and what was in flight at one of the two kills is sent once more
    everything_arrived(server, 2 * AT_ONCE * 5)


@pytest.mark.parametrize("fault", [faults.reset(), faults.after(faults.reset())], ids=["before", "after"])
def test_connections_cut_before_and_after_storing(server: QuestorServer, lote: int, fault: faults.Fault) -> None:
    server.limites.latencia = 0.0
    server.faults.queue(*[fault] * 30)
    finish(lote)
    everything_arrived(server)
