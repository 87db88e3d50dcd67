"""When a box is closed, and when nobody wants to hear of it: hours, maintenance, and silences asked for by hand."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from core.clock import SYSTEM, Clock
from core.errors import UsageError
from core.instant import read_instant
from core.janela import Janelas, is_periodo, periodo
from core.settings.core import CoreSettings
from core.settings.sat import BoxSettings
from flows.sat.boxes import FONTE, prepare
from flows.sat.configured import box_named, configured
from storage.models import Caixa
from storage.session import reading, transaction

CLOCK_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")


def zone_of(box: BoxSettings) -> ZoneInfo:
    """Return the shop's zone."""
    return ZoneInfo(box.timezone or CoreSettings.current().timezone)


def closed(box: BoxSettings, now: datetime) -> bool:
    """Tell whether the shop is closed; without opening hours it never is."""
    return bool(box.opening_hours) and not _hours(box.opening_hours, zone_of(box)).aberta(now)


def quiet(box: BoxSettings, silenciada_ate: datetime | None, now: datetime) -> bool:
    """Tell whether nothing of a box is to be told now."""
    return bool(silenciada_ate and silenciada_ate > now) or in_maintenance(box, now)


def in_maintenance(box: BoxSettings, now: datetime) -> bool:
    """Tell whether the box is in one of its maintenance windows, weekly or dated."""
    dated = [entry for entry in box.maintenance if is_periodo(entry)]
    weekly = tuple(entry for entry in box.maintenance if not is_periodo(entry))
    spans = (periodo(entry, zone_of(box)) for entry in dated)
    return any(begin <= now < end for begin, end in spans) or (
        bool(weekly) and _hours(weekly, zone_of(box)).aberta(now)
    )


@lru_cache(maxsize=1024)
def _hours(entries: Sequence[str], zone: ZoneInfo) -> Janelas:
    return Janelas(entries, zone)


def quiet_objects(now: datetime) -> list[tuple[str, str]]:
    """Return the boxes of which nothing is to be told now, each with the source of its alerts."""
    until = select(Caixa.nome, Caixa.silenciada_ate).where(Caixa.silenciada_ate > now)
    with reading() as db:
        silenced = {row.nome: row.silenciada_ate for row in db.execute(until)}
    return [(FONTE, nome) for nome, box in configured().items() if quiet(box, silenced.get(nome), now)]


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
    if found := CLOCK_TIME.fullmatch(text.strip()):
        today = now.astimezone(zone).replace(hour=int(found[1]), minute=int(found[2]), second=0, microsecond=0)
        return today if today > now else today + timedelta(days=1)
    until = read_instant(text, zone)
    if until <= now:
        raise UsageError(f"Esse instante já passou: {text!r}.")
    return until
