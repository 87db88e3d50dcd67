"""When a shop is closed, and when a box is silent: opening hours, maintenance, and silences set by hand."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from alerts.sat import FONTE
from core.clock import SYSTEM, Clock
from core.errors import UsageError
from core.instant import read_instant
from core.settings.core import CoreSettings
from core.settings.sat import BoxSettings
from core.wall_clock import hours, next_time
from flows.sat.boxes import prepare
from flows.sat.known_boxes import box_named, configured
from storage.models.sat import Caixa
from storage.session import reading, transaction


def zone_of(box: BoxSettings) -> ZoneInfo:
    """Return the shop's zone."""
    return ZoneInfo(box.timezone or CoreSettings.current().timezone)


def closed(box: BoxSettings, now: datetime) -> bool:
    """Tell whether the shop is closed; without opening hours it never is."""
    return bool(box.opening_hours) and not hours(box.opening_hours, zone_of(box)).open_at(now)


def silenced(box: BoxSettings, silenciada_ate: datetime | None, now: datetime) -> bool:
    """Tell whether nothing of a box is to be told now."""
    return bool(silenciada_ate and silenciada_ate > now) or in_maintenance(box, now)


def in_maintenance(box: BoxSettings, now: datetime) -> bool:
    """Tell whether the box is in one of its maintenance windows, weekly or dated."""
    return hours(box.maintenance, zone_of(box)).open_at(now)


def silenced_objects(now: datetime) -> list[tuple[str, str]]:
    """Return the boxes of which nothing is to be told now, each with the source of its alerts."""
    until = select(Caixa.nome, Caixa.silenciada_ate).where(Caixa.silenciada_ate > now)
    with reading() as db:
        until_of = {row.nome: row.silenciada_ate for row in db.execute(until)}
    return [(FONTE, nome) for nome, box in configured().items() if silenced(box, until_of.get(nome), now)]


def silenciar(nome: str, ate: str | None, clock: Clock = SYSTEM) -> datetime | None:
    """Tell nothing of a box until an instant (ISO 8601, or the next `HH:MM` of the shop's clock); none ends a silence.

    Raises `UsageError` for an instant that is none, or is past.
    """
    box = box_named(nome)
    until = None if ate is None else _ahead(ate, zone_of(box), clock.now())
    prepare()
    with transaction() as db:
        db.execute(update(Caixa).where(Caixa.nome == nome).values(silenciada_ate=until))
    return until


def _ahead(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    if (soon := next_time(text, zone, now)) is not None:
        return soon
    until = read_instant(text, zone, campo="ate")
    if until <= now:
        raise UsageError(f"Esse instante já passou: {text!r}.", campo="ate")
    return until
