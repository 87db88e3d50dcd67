"""Reads the texts of claimed files on a thread of its own, some at a time: no disk keeps the sending waiting."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from connectors.questor import Documento
from core.clock import Clock
from core.errors import Transient
from core.logs import get_logger
from flows.questor import outcome
from flows.questor.outcome import Item
from flows.questor.rows import Arquivo, Outcome
from flows.questor.sources import Source
from flows.questor.texts import UNREAD, Changed, Texts, Unread

AT_ONCE = 64
log = get_logger(__name__)


@dataclass
class Read:
    """What some files came to: documents to send, and outcomes of those that cannot be sent.

    With `away` the folder is: those that are `left` were not read.
    """

    items: list[Item] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    left: Sequence[Arquivo] = ()
    away: Transient | None = None


class Reader:
    """The files of one lot; `ready` is called on the loop with what was read."""

    def __init__(self, source: Source, clock: Clock, ready: Callable[[Read], None]) -> None:
        self._texts, self._clock, self._ready = Texts(source), clock, ready
        self._loop = asyncio.get_running_loop()
        self._thread = ThreadPoolExecutor(1, "esteira-arquivos")
        self._unread: deque[Arquivo] = deque()
        self._reading: tuple[Arquivo, ...] = ()
        self._task: asyncio.Future[Read] | None = None

    def __len__(self) -> int:
        return len(self._unread) + len(self._reading)

    def add(self, rows: Sequence[Arquivo]) -> None:
        """Let these be read."""
        self._unread.extend(rows)

    def go_on(self) -> None:
        """Read some more, unless it is doing so."""
        if self._task is not None or not self._unread:
            return
        amount = min(AT_ONCE, len(self._unread))
        self._reading = tuple(self._unread.popleft() for _ in range(amount))
        self._task = self._loop.run_in_executor(self._thread, self._read, self._reading)
        self._task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Future[Read]") -> None:
        self._task, self._reading = None, ()
        if not task.cancelled():
            read = task.result()
            self._unread.extendleft(reversed(read.left))
            self._ready(read)

    def _read(self, rows: Sequence[Arquivo]) -> Read:
        read = Read()
        for place, row in enumerate(rows):
            try:
                read.items.append(self._item(row))
            except Changed as changed:
                read.outcomes.append(outcome.unreadable(row, changed.motivo, self._clock.now()))
            except Unread:
                read.outcomes.append(outcome.unread(row, UNREAD, self._clock.now()))
            except Transient as away:
                read.left, read.away = rows[place:], away
                break
            except Exception:
                log.exception("file could not be read to be sent", caminho=row.caminho)
                read.outcomes.append(outcome.unreadable(row, "erro_de_leitura", self._clock.now()))
        return read

    def _item(self, row: Arquivo) -> Item:
        documento = Documento(row.identidade, self._texts.read(row))
        erros = 0 if row.motivo == UNREAD else row.erros
        return Item(row.id, row.tipo, documento, documento.size, row.tentativas, row.repeticoes, erros)

    def close(self) -> list[int]:
        """End, from any thread; return the numbers of the files that were not read to the end."""
        left = [row.id for row in (*self._reading, *self._unread)]
        self._unread.clear()
        self._thread.submit(self._texts.close)
        self._thread.shutdown(wait=True)
        return left
