"""The pumps of this process: one for each task that serves destinations, or one for all on a database with one writer.

As long as a pump keeps up it works alone; when it does not, it lets go of half of its destinations and tells another
process of them.

A pump is woken by a message and goes on behind it. While it is awake it listens to the bell of its task, so that rows
committed meanwhile need no message. It falls asleep when nothing was due for a while.
"""

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from claims.pump import Pace, Pump
from core import bell, loop
from core.clock import SYSTEM
from core.stopping import stopping
from events import wake
from events.delivery.engine import Engine
from events.delivery.help import HELP_SECONDS, Help
from events.delivery.kind import kinds
from events.delivery.plan import Done, Plan, Taken
from events.delivery.rows import Owed
from events.delivery.sweep import due
from storage.session import engine as database

# So long outcomes wait for others, and for the next claim, to be written with them.
GATHER_SECONDS = 0.1
IDLE_SECONDS = 5.0
# How often a pump looks whether it keeps up, while it has much to do and while it has not; what is late.
CHECK_SECONDS, CALM_SECONDS, LAG_SECONDS = 0.05, 0.25, 0.05
T = TypeVar("T")


class Server:
    """One pump of this process, from the message that woke it until it falls asleep."""

    def __init__(self, task: str) -> None:
        dialect = database().dialect.name
        self._bell = wake.bell_of(task, dialect)
        self._tasks = frozenset([task]) if dialect == "postgresql" else None
        self._task = task
        self.calm = threading.Event()
        self.calm.set()
        self._lock = threading.Lock()
        self._hints: set[int] | None = set()
        self._runs = 0
        self._awake = self._ended = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._engine: Engine | None = None
        self._pump: Pump[Owed, Done, Plan, Taken] | None = None

    def hint(self, destinos: Sequence[int]) -> None:
        """Look at these destinations (none named: at all); from any thread."""
        if self._over():
            return
        with self._lock:
            self._hints = None if not destinos or self._hints is None else self._hints | set(destinos)
            if self._awake:
                if self._loop is not None:
                    self._loop.call_soon_threadsafe(self._pass_on)
                return
            self._awake, self._runs = True, self._runs + 1
            self.calm.clear()
            loop.begin(self._run(self._runs))

    def stop(self) -> None:
        """Let no request begin in this process any more."""
        self._ended = True
        self._end_run()

    def _end_run(self) -> None:
        if self._pump is not None:
            self._pump.stop()

    async def _run(self, number: int) -> None:
        self._loop = asyncio.get_running_loop()
        try:
            while not self._over():
                await self._pump_on()
                if not await self._look_once_more():
                    return
        finally:
            self.calm.set()
            with self._lock:
                # Whoever hinted after the last look has begun the next run.
                self._awake = self._awake and self._runs != number

    def _over(self) -> bool:
        return self._ended or stopping()

    async def _pump_on(self) -> None:
        """Pump until nothing is due any more; the only listener of a bell stays a while for new rows."""
        self._engine = engine = Engine(self._tasks, SYSTEM)
        async with contextlib.AsyncExitStack() as ears:
            listens = await self._listens(ears)
            self._pump = pump = Pump(engine, Pace(gather=GATHER_SECONDS, idle=IDLE_SECONDS if listens else 0.0))
            self._pass_on()
            check = asyncio.ensure_future(
                self._check(engine, Help(0.0 if listens else time.monotonic() + HELP_SECONDS))
            )
            try:
                await pump.run()
            finally:
                # From here on nobody is told where to look: what is hinted now waits for the look that comes.
                self._pump = None
                check.cancel()

    async def _listens(self, ears: contextlib.AsyncExitStack) -> bool:
        """Listen to the bell unless somebody does; of two that began at once neither, and the next commit wakes one."""
        if await self._aside(_listeners, self._bell):
            return False
        listens = await ears.enter_async_context(bell.listening(self._bell, self._heard, self._end_run))
        if listens and await self._aside(_listeners, self._bell) > 1:
            await ears.aclose()
            return False
        return listens

    async def _look_once_more(self) -> bool:
        """Look now that the bell is not heard here any more; tell whether there is work again."""
        if self._over():
            return False
        found = bool(await self._aside(due, SYSTEM, self._tasks, 1))
        with self._lock:
            if found:
                self._hints = None
            if self._hints is None or self._hints:
                return True
            self._awake = False
            return False

    async def _aside(self, work: Callable[..., T], *arguments: Any) -> T:
        """Do something that blocks on a thread of its own."""
        return await asyncio.get_running_loop().run_in_executor(None, work, *arguments)

    def _heard(self, text: str) -> None:
        self._look(None if not text else map(int, text.split(",")))

    def _pass_on(self) -> None:
        """Pass the hints that came meanwhile to the run."""
        with self._lock:
            if self._pump is None:
                return
            hints, self._hints = self._hints, set()
        self._look(hints)

    def _look(self, hints: Iterable[int] | None) -> None:
        engine, pump = self._engine, self._pump
        if engine is None or pump is None:
            return
        if hints is None:
            engine.hints.everything = True
        else:
            engine.hint(hints)
        pump.wake()

    async def _check(self, engine: Engine, help_: Help) -> None:
        """Ask another process for help while this one does not keep up."""
        while True:
            watches = engine.overloaded or help_.busy or not engine.looked
            before, pause = time.monotonic(), CHECK_SECONDS if watches else CALM_SECONDS
            await asyncio.sleep(pause)
            now = time.monotonic()
            late = now - before - pause > LAG_SECONDS
            busy = engine.overloaded or (late and bool(engine.hints))
            if busy:
                self.calm.clear()
            elif engine.looked and not help_.busy:
                self.calm.set()
            if help_.is_due(now, busy, engine.left_alone()):
                engine.yield_half()
                if engine.crowded:
                    await self._aside(wake.messages_to, self._task, ())
            if yielded := engine.yielded():
                await self._aside(wake.send, yielded)


def _listeners(name: str) -> int:
    """Return how many pumps listen to a bell; none without a broker."""
    try:
        return bell.listeners(name)
    except Exception:  # noqa: BLE001 - whatever the broker's trouble is, the rows are there
        return 0


_servers: tuple[int, dict[str, Server]] = (0, {})
_making = threading.Lock()


def _mine() -> dict[str, Server]:
    """Return the servers of this process, by bell."""
    global _servers
    if _servers[0] != os.getpid():
        _servers = (os.getpid(), {})
    return _servers[1]


def hint(task: str, destinos: Sequence[int]) -> Server:
    """Let this process look at these destinations (none named: at all); return at once."""
    kinds()
    name = wake.bell_of(task, database().dialect.name)
    with _making:
        server = _mine().get(name) or _mine().setdefault(name, Server(task))
    server.hint(destinos)
    return server


def end(seconds: float) -> None:
    """Start no further request in this process, and wait that long for the answers of those under way."""
    for server in list(_mine().values()):
        server.stop()
    loop.finish(seconds)


def forget() -> None:
    """Forget this process's servers; for tests."""
    global _servers
    _servers = (0, {})
