"""Whatever the server is down for, and however long: afterwards everything is sent, and nothing was refused."""

import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from aiohttp import web
from conftest import Configure
from support.questor import TOKEN, account, lot, states

from core.clock import SYSTEM, FixedClock
from flows.questor import lots, pace, send, starting
from sandbox import faults
from sandbox.faults import Usual
from sandbox.questor import QuestorServer
from sandbox.questor.documentos import documento
from storage.models.questor import QuestorLote
from storage.session import reading

SECONDS, HOUR, DAY = 20.0, 3600.0, 86_400.0


class MovingClock(FixedClock):
    """The machine's clock, which can be moved forward."""

    def __init__(self) -> None:
        super().__init__(SYSTEM.now())
        self._began = time.monotonic()

    def now(self) -> datetime:
        self.instant, began = self.instant, self._began
        self._began = time.monotonic()
        self.advance(self._began - began)
        return self.instant


@pytest.fixture
def server(configure: Configure, monkeypatch: pytest.MonkeyPatch) -> Iterator[QuestorServer]:
    monkeypatch.setattr(pace, "FIRST_PAUSE", 0.0)
    with QuestorServer(TOKEN) as running:
        configure(**account(running.url, total_timeout="5"))
        yield running


class Outage:
    """From so many stored documents on, for so long, every request is answered by a fault."""

    def __init__(
        self, server: QuestorServer, clock: FixedClock, fault: faults.Fault, after: int, seconds: float
    ) -> None:
        self.server, self.clock, self.fault, self.after = server, clock, fault, after
        self.seconds = seconds
        self.ends: datetime | None = None

    async def __call__(self, request: web.Request, answer: Usual) -> web.StreamResponse:
        if len(self.server.guardados) >= self.after and self.ends is None:
            self.ends = datetime.fromtimestamp(self.clock.now().timestamp() + self.seconds, SYSTEM.now().tzinfo)
        if self.ends is not None and self.clock.now() < self.ends:
            return await self.fault(request, answer)
        return await answer()


def send_to_the_end(lote: int, clock: FixedClock) -> None:
    """Send as the workers do: as soon as something is due and the breaker lets it."""
    for _ in range(400):
        send.send_chunk(lote, clock)
        with reading() as db:
            if not lots.has_open(db, lote):
                return
            row = db.get_one(QuestorLote, lote)
        waits = [starting.state(row, starting.account_of("padrao"), clock.now()).abre_em, starting.next_due(lote)]
        due = max((at for at in waits if at is not None), default=clock.now())
        clock.advance(max((due - clock.now()).total_seconds(), 0.0) + 0.01)
    raise AssertionError(states(lote))


CASES = [
    *[(amount, seconds, "tail") for amount in (1, 2, 8, 100) for seconds in (SECONDS, HOUR)],
    *[(amount, DAY, "tail") for amount in (1, 8)],
    *[(amount, HOUR, "middle") for amount in (2, 8, 100)],
    (8, HOUR, "start"),
    (100, DAY, "start"),
    (1000, DAY, "middle"),
]
AFTER = {"start": 0.0, "middle": 0.5, "tail": 0.85}


@pytest.mark.parametrize(("amount", "seconds", "where"), CASES)
def test_an_outage_refuses_nothing(
    sqlite: str, server: QuestorServer, configure: Configure, tmp_path: Path, amount: int, seconds: float, where: str
) -> None:
    if amount <= 8:
        # one after the other, so that the outage comes between two of them
        configure(**account(server.url, max_concurrency="1", max_batch_items="1"))
    clock = MovingClock()
    before = lot(tmp_path / "antes", [documento("nfe", 50_000 + number) for number in range(20)], "antes")
    send_to_the_end(before, clock)
    lote = lot(tmp_path / "xml", [documento("nfe", number) for number in range(1, amount + 1)])
    outage = Outage(server, clock, faults.status(500), 20 + int(AFTER[where] * amount), seconds)
    server.faults.always(outage)
    send_to_the_end(lote, clock)
    assert outage.ends is not None
    assert states(lote) == {"enviado": amount}
    assert len(server.guardados) == 20 + amount


LOST = {
    "502": faults.status(502),
    "502 after it was stored": faults.after(faults.status(502)),
    "503": faults.status(503),
    "cut": faults.reset(),
    "cut after it was stored": faults.after(faults.reset()),
}


@pytest.mark.parametrize("name", LOST)
@pytest.mark.parametrize("tipo", ["nfe", "nfe_evento"])
def test_a_day_of_answers_that_say_nothing_ends_with_everything_sent(
    sqlite: str, server: QuestorServer, tmp_path: Path, name: str, tipo: str
) -> None:
    clock = MovingClock()
    lote = lot(tmp_path / "xml", [documento(tipo, number) for number in range(1, 9)])
    server.faults.always(Outage(server, clock, LOST[name], 0, DAY))
    send_to_the_end(lote, clock)
    assert states(lote) == {"enviado": 8}
    assert len(server.guardados) == 8


def test_a_document_that_the_server_cannot_bear_is_refused_after_an_outage_as_before_it(
    sqlite: str, server: QuestorServer, tmp_path: Path
) -> None:
    clock = MovingClock()
    wanted = [documento("nfe", number) for number in range(1, 61)]
    server.limites.venenos = {wanted[20].identidade}
    lote = lot(tmp_path / "xml", wanted)
    server.faults.always(Outage(server, clock, faults.status(500), 10, HOUR))
    send_to_the_end(lote, clock)
    assert states(lote) == {"enviado": 59, "recusado": 1}
