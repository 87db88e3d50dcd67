"""What the answers of boxes are judged by."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from alerts import state
from alerts.sat import FONTE
from alerts.sat.shape import Contexto
from core.clock import Clock
from core.settings.sat import BoxSettings, SatSettings
from flows.sat.silences import zone_of


def contexts(db: Session, boxes: Sequence[BoxSettings], clock: Clock) -> dict[str, Contexto]:
    """Return by the names of the boxes the shop's zone, its limits, and since when what is known."""
    known, sat = state.opened(db, FONTE, [box.name for box in boxes]), SatSettings.current()
    return {
        box.name: Contexto(clock.now(), zone_of(box), sat.thresholds_of(box), box.serial, known.get(box.name, {}))
        for box in boxes
    }
