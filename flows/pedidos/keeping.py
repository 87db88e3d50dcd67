"""Requests are written down in batches by a thread of their own: nobody who asks waits for it, none fails by it."""

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.exc import SQLAlchemyError

from core.errors import PlatformError
from core.logs import get_logger
from flows.pedidos import redacting
from storage.models.pedidos import PedidoAPI
from storage.rows import table_of
from storage.session import transaction

AT_ONCE, WAITING = 500, 10_000
GATHER_SECONDS = 0.5
log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Pedido:
    """A request as it came and what became of it; its secrets are still in it."""

    timestamp: datetime
    user: str | None
    method: str
    path: str
    query: bytes
    status_code: int
    response_time: float
    ip_address: str | None
    user_agent: str
    content_type: str
    sent: bytes = field(repr=False)
    answered: bytes = field(repr=False)

    def row(self) -> dict[str, Any]:
        """Return what is kept of it."""
        kept = asdict(self)
        for name in ("query", "content_type", "sent", "answered"):
            del kept[name]
        return kept | {
            "path": redacting.clean(self.path)[:500],
            "user_agent": redacting.clean(self.user_agent)[:500],
            "query_params": redacting.query(self.query),
            "request_body": redacting.body(self.sent, self.content_type),
            "response_body": redacting.body(self.answered, "application/json"),
        }


def write(pedidos: Sequence[Pedido]) -> None:
    """Write requests down in one statement."""
    rows = [one.row() for one in pedidos]
    with transaction() as db:
        db.connection().execute(insert(table_of(PedidoAPI)), rows)


class Keeper:
    """Takes requests at once and writes them down later; what it cannot hold or write is counted and left out."""

    def __init__(self, write: Callable[[Sequence[Pedido]], None] = write, waiting: int = WAITING) -> None:
        self._write, self.lost = write, 0
        self._queue: queue.Queue[Pedido | None] = queue.Queue(waiting)
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to write."""
        self._thread = threading.Thread(target=self._run, name="pedidos", daemon=True)
        self._thread.start()

    def take(self, pedido: Pedido) -> None:
        """Keep a request for later; when too many wait, leave it out."""
        try:
            self._queue.put_nowait(pedido)
        except queue.Full:
            self.lost += 1

    def end(self, seconds: float) -> None:
        """Write what waits, for at most that long."""
        if self._thread is not None:
            with contextlib.suppress(queue.Full):
                self._queue.put(None, timeout=seconds)
            self._thread.join(seconds)

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            rows, over = self._gathered(first)
            try:
                self._write(rows)
            except (PlatformError, SQLAlchemyError) as fault:
                self.lost += len(rows)
                log.warning("requests not written down", amount=len(rows), fault=type(fault).__name__)
            if over:
                return

    def _gathered(self, first: Pedido) -> tuple[list[Pedido], bool]:
        """Return what comes within a moment, and whether it was the end."""
        rows, ends = [first], time.monotonic() + GATHER_SECONDS
        while len(rows) < AT_ONCE:
            try:
                found = self._queue.get(timeout=max(0.0, ends - time.monotonic()))
            except queue.Empty:
                break
            if found is None:
                return rows, True
            rows.append(found)
        return rows, False
