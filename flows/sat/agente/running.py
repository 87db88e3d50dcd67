"""Run the agent: each box read in its interval, each sent for by itself, until it is asked to stop."""

import asyncio
import contextlib
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path

from connectors.sat.centro import Centro
from core import file_lock, owner
from core.errors import Conflict, NotFound, UsageError
from core.settings.agente import AgenteSettings
from core.settings.core import CoreSettings
from core.settings.sat import BoxSettings, SatSettings
from core.text import os_fault
from flows.sat.agente.box import Box, Say
from flows.sat.agente.instants import Instants
from flows.sat.agente.sending import Line, Sender

FOLDER = "agente-sat"
JITTER = 0.05
NONE = "Nenhuma caixa desta máquina em sat.boxes (tipo local ou hub)."


class Agent:
    """The boxes of this machine and the line to the centre."""

    def __init__(self, boxes: Sequence[Box], line: Line) -> None:
        self.boxes, self._senders = boxes, [(box, Sender(box, line)) for box in boxes]
        # one library or hub takes one question at a time
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._news = {box.settings.name: asyncio.Event() for box in boxes}

    async def once(self) -> bool:
        """Read every box and send all there is; tell whether every box answered and nothing is left."""
        results = await asyncio.gather(*map(self._read, self.boxes))
        for box, sender in self._senders:
            while len(box.kept) and not await sender.send():
                pass
        return set(results) <= {"ok"} and not any(len(box.kept) for box in self.boxes)

    async def run(self) -> None:
        """Go on until it is cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for box, sender in self._senders:
                tasks.create_task(self._reading(box))
                tasks.create_task(self._sending(box, sender))

    async def _read(self, box: Box) -> str:
        async with self._turns[box.settings.address]:
            return await box.read()

    async def _reading(self, box: Box) -> None:
        while True:
            await self._read(box)
            self._news[box.settings.name].set()
            await asyncio.sleep(box.settings.interval_seconds * random.uniform(1 - JITTER, 1 + JITTER))

    async def _sending(self, box: Box, sender: Sender) -> None:
        news = self._news[box.settings.name]
        if len(box.kept):
            news.set()
        while True:
            await news.wait()
            news.clear()
            while len(box.kept):
                pause = await sender.send()
                await asyncio.sleep(pause)


def boxes_of(nomes: Sequence[str], say: Say, instants: Instants | None = None) -> list[Box]:
    """Return the boxes of this machine's settings, all or those named.

    Raises:
        NotFound: there is none of such a name. UsageError: there is none at all, or the folder cannot be made.
    """
    mine = {box.name: box for box in SatSettings.current().boxes if not box.heard}
    for nome in nomes:
        if nome not in mine:
            close = get_close_matches(nome, mine, 1)
            raise NotFound(f"Caixa desconhecida: {nome!r}." + (f" Seria {close[0]!r}?" if close else f" {NONE}"))
    if not mine:
        raise UsageError(NONE)
    most = AgenteSettings.current().keep
    chosen: list[BoxSettings] = [mine[nome] for nome in dict.fromkeys(nomes)] or list(mine.values())
    try:
        return [Box(one, _folder(), most, say, instants or Instants()) for one in chosen]
    except OSError as error:
        raise UsageError(f"Não consegui usar a pasta {_folder()}: {os_fault(error)}.") from None


@contextmanager
def alone() -> Iterator[None]:
    """Be the one agent of this folder: two would ask one box at once. Raises `Conflict` when there is another."""
    try:
        owner.make_folder(_folder(), 0o700)
        lock = owner.open_lock(_folder() / "agente.lock")
    except OSError as error:
        raise UsageError(f"Não consegui usar a pasta {_folder()}: {os_fault(error)}.") from None
    with lock:
        if not file_lock.lock(lock):
            raise Conflict(f"Outro agente já usa a pasta {_folder()}.")
        yield


async def serve(boxes: Sequence[Box], url: str, token: str, over: asyncio.Event | None = None) -> bool:
    """Run until `over`; without it once. Tell whether nothing failed."""
    async with Centro(url, token) as centro:
        agent = Agent(boxes, centro)
        if over is None:
            return await agent.once()
        running, asked = asyncio.create_task(agent.run()), asyncio.create_task(over.wait())
        await asyncio.wait([running, asked], return_when=asyncio.FIRST_COMPLETED)
        for task in (running, asked):
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        return True


def _folder() -> Path:
    return CoreSettings.current().data_dir / FOLDER
