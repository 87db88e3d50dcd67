"""What the workers do for destinations: drain one, wake those that are due."""

from functools import partial

from events import wake
from events.delivery import drain, sweep
from events.delivery.kind import task_of
from storage.models import Destino
from storage.session import reading

PATIENCE_SECONDS = 0.25


def drain_one(destino_id: int) -> drain.Report:
    """Drain one destination; when rows are left, ask for another drain, behind the others."""
    return drain.drain(destino_id, patience=PATIENCE_SECONDS, then=partial(_again, destino_id))


def _again(destino_id: int, report: drain.Report) -> None:
    if report.mais:
        with reading() as db:
            destino = db.get_one(Destino, destino_id)
        wake.send([(destino.id, task_of(destino.tipo, destino.lento))])


def wake_due() -> int:
    """Wake every destination with due rows and a free slot; return how many were told."""
    return wake.send(sweep.sweep())
