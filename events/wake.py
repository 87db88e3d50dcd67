"""Tell the workers to look at a destination now. A message that is lost costs one sweep period and nothing else."""

import time
from collections.abc import Iterable
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from core import messages
from core.broker_address import broker_url
from core.logs import get_logger

SILENCE_SECONDS = 2.0
EXPIRES_SECONDS = 60
_KEY = "esteira_wake"
_quiet_until = 0.0
log = get_logger(__name__)


def after_commit(db: Session, destino_id: int, task: str) -> None:
    """Wake this destination's worker once the transaction is committed, once per transaction."""
    db.info.setdefault(_KEY, {})[destino_id] = task


def send(destinos: Iterable[tuple[int, str]]) -> int:
    """Publish one message per destination; an absent broker is logged, then left alone for a moment."""
    global _quiet_until
    sent = 0
    if broker_url() is None or time.monotonic() < _quiet_until:
        return sent
    try:
        for destino_id, task in destinos:
            messages.send(task, [destino_id], expires=EXPIRES_SECONDS)
            sent += 1
    except Exception as error:  # noqa: BLE001 - the transaction is committed: no broker trouble may undo that
        _quiet_until = time.monotonic() + SILENCE_SECONDS
        log.warning("wake not published", fault=type(error).__name__)
    return sent


@event.listens_for(Session, "after_commit")
def _committed(db: Session) -> None:
    if not db.in_nested_transaction():
        woken: dict[int, str] = db.info.pop(_KEY, {})
        send(woken.items())


@event.listens_for(Session, "after_rollback")
def _rolled_back(db: Session, *_: Any) -> None:
    if not db.in_nested_transaction():
        db.info.pop(_KEY, None)
