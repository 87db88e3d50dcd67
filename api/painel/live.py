"""Who looks at the page now, and the one poller that reads for all of them."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import anyio
import anyio.to_thread

from api.painel.page import frase
from api.painel.readings import Reading, Readings
from core.caller import Caller
from core.logs import get_logger
from core.stopping import stopping

EVERY_SECONDS, LOOK_SECONDS = 2.0, 0.1
MOST_VIEWERS, MOST_OF_ONE = 200, 10
log = get_logger(__name__)


@dataclass(frozen=True)
class News:
    """A part of the page as an event of the stream; `marca` tells whether it is another than before."""

    parte: str
    marca: str
    event: bytes


class Viewer:
    """A page that is open: what it was shown last, and what it is to be shown next.

    Only the newest of each part waits for it, so a slow one is behind and never holds more than a page.
    """

    def __init__(self, pessoa: int, caller: Caller) -> None:
        self.pessoa, self.caller, self.over = pessoa, caller, False
        self._waits: dict[str, bytes] = {}
        self._shown: dict[str, str] = {}
        self._wakes = asyncio.Event()

    def offer(self, news: Sequence[News]) -> None:
        """Let it be shown what has changed."""
        for one in news:
            if self._shown.get(one.parte) != one.marca:
                self._waits[one.parte], self._shown[one.parte] = one.event, one.marca
        if self._waits:
            self._wakes.set()

    def end(self) -> None:
        """Let its stream end now."""
        self.over = True
        self._wakes.set()

    async def next(self, patience: float) -> bytes:
        """Return what is new; nothing when nothing was for so long, or it is over."""
        try:
            async with asyncio.timeout(patience):
                await self._wakes.wait()
        except TimeoutError:
            return b""
        if self.over:
            return b""
        self._wakes.clear()
        found, self._waits = b"".join(self._waits.values()), {}
        return found


class Live:
    """The viewers of one event loop. The poller begins with the first of them and ends with the last."""

    def __init__(self) -> None:
        self.readings = Readings()
        self._viewers: set[Viewer] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._thread = anyio.CapacityLimiter(1)

    def __len__(self) -> int:
        return len(self._viewers)

    def join(self, pessoa: int, caller: Caller) -> Viewer | None:
        """Return a new viewer; none where there are enough, or the process is about to end."""
        mine = sum(one.pessoa == pessoa for one in self._viewers)
        if stopping() or len(self._viewers) >= MOST_VIEWERS or mine >= MOST_OF_ONE:
            return None
        viewer = Viewer(pessoa, caller)
        self._viewers.add(viewer)
        if not self._tasks:
            self._tasks = [asyncio.create_task(one()) for one in (self._poll, self._watch)]
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """Let a viewer go."""
        self._viewers.discard(viewer)
        if not self._viewers:
            for task in self._tasks:
                task.cancel()
            self._tasks = []

    async def read(self, caller: Caller) -> tuple[Reading, ...]:
        """Return every card of a caller."""
        return await anyio.to_thread.run_sync(self.readings.of, caller, limiter=self._thread)

    async def _poll(self) -> None:
        while True:
            for caller in {one.caller for one in self._viewers}:
                try:
                    news = told_of(await self.read(caller))
                except Exception:
                    # one caller's page must not still all the others
                    log.exception("page not read", user=caller.usuario_id)
                    continue
                for viewer in [one for one in self._viewers if one.caller == caller]:
                    viewer.offer(news)
            await asyncio.sleep(EVERY_SECONDS)

    async def _watch(self) -> None:
        """End every stream once the process was asked to stop: its server waits for them."""
        while not stopping():  # noqa: ASYNC110 - a signal handler sets no event of a loop
            await asyncio.sleep(LOOK_SECONDS)
        for viewer in self._viewers:
            viewer.end()


def told_of(readings: Sequence[Reading]) -> list[News]:
    """Return a page as events. Their text is JSON, so no line of it can end one."""
    whole = frase(readings)
    cards = [
        News(one.nome, one.marca, _event("cartao", nome=one.nome, sinal=one.sinal, resumo=one.resumo, html=one.html))
        for one in readings
    ]
    return [*cards, News("", whole, _event("frase", frase=whole))]


def _event(kind: str, **said: str) -> bytes:
    return f"event: {kind}\ndata: {json.dumps(said)}\n\n".encode()


_of_loops: "WeakKeyDictionary[asyncio.AbstractEventLoop, Live]" = WeakKeyDictionary()


def live() -> Live:
    """Return the viewers of this event loop."""
    return _of_loops.setdefault(asyncio.get_running_loop(), Live())
