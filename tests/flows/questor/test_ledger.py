"""A sender whose leases have ended, or whose files somebody else took, begins nothing more."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from conftest import Configure
from sqlalchemy import update
from support.ports import wait_until
from support.questor import TOKEN, lot, states
from support.questor import account as settings_of

from core.clock import SYSTEM
from flows.questor import send
from flows.questor.rows import PENDING
from sandbox.questor import QuestorServer
from sandbox.questor.documentos import documento
from storage.models.questor import QuestorArquivo
from storage.session import transaction

FILES = 60


class Suspended:
    """The wall clock of a machine that may be suspended; its monotonic clock stands still meanwhile."""

    def __init__(self) -> None:
        self.away = timedelta()

    def now(self) -> datetime:
        return SYSTEM.now() + self.away


def pass_ten_minutes(clock: Suspended) -> None:
    clock.away = timedelta(minutes=10)


def take_the_rest_away(_clock: Suspended) -> None:
    """As a worker does whose clock is ahead: to it these leases have ended."""
    with transaction() as db:
        db.execute(update(QuestorArquivo).where(PENDING.held).values(lease_token="outro|1|1|vivo"))


@pytest.mark.parametrize("what", [pass_ten_minutes, take_the_rest_away], ids=["suspended", "taken"])
def test_a_sender_whose_files_are_no_longer_its_own_sends_no_more(
    banco: str, configure: Configure, tmp_path: Path, what: Callable[[Suspended], None]
) -> None:
    with QuestorServer(TOKEN) as server:
        configure(**settings_of(server.url, max_concurrency="1", max_batch_items="1"))
        server.limites.latencia = 0.1
        lote = lot(tmp_path / "xml", [documento("nfe", number) for number in range(1, FILES + 1)])
        clock = Suspended()
        chunk = threading.Thread(target=send.send_chunk, args=(lote, clock))
        chunk.start()
        wait_until(lambda: len(server.guardados) >= 3)
        what(clock)
        chunk.join()
        assert len(server.guardados) < FILES // 2
        assert states(lote).get("enviado", 0) <= len(server.guardados)
