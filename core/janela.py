"""Times of the week such as `seg-sex 20:00-06:00`, `sab`, `feriados`, and dated periods; wall clock of one zone."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

SEMPRE, FERIADOS = "sempre", "feriados"
DAYS = ("seg", "ter", "qua", "qui", "sex", "sab", "dom")
FARTHEST_DAYS = 400
_HOURS = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])-([01]?[0-9]|2[0-4]):([0-5][0-9])")
_DATED = "%Y-%m-%d %H:%M"
Span = tuple[datetime, datetime]


@cache
def feriados(ano: int) -> frozenset[date]:
    """Return the national holidays of a year."""
    import holidays

    return frozenset(holidays.country_holidays("BR", years=ano))


@dataclass(frozen=True)
class _Entry:
    """Days of the week (0 is Monday), or holidays, and the hours of each; an end before the beginning is tomorrow's."""

    days: frozenset[int]
    holidays: bool
    begin: timedelta
    end: timedelta

    def on(self, day: date) -> bool:
        return day in feriados(day.year) if self.holidays else day.weekday() in self.days


class Janelas:
    """The times of some entries in a zone.

    Raises:
        ValueError: an entry that is none; the sentence says which.
    """

    def __init__(self, entries: Sequence[str], zone: ZoneInfo) -> None:
        self._always = any(entry.strip().lower() == SEMPRE for entry in entries)
        self._entries = [_parsed(entry) for entry in entries if entry.strip().lower() != SEMPRE]
        self._zone = zone

    def aberta(self, now: datetime) -> bool:
        """Tell whether an instant is within the times."""
        return self._always or any(begin <= now < end for begin, end in self._around(now, 1))

    def abre_em(self, now: datetime) -> datetime | None:
        """Return when they begin next; none while they are open, or when they never will be."""
        if self.aberta(now):
            return None
        return min((begin for begin, _ in self._around(now, FARTHEST_DAYS) if begin > now), default=None)

    def fecha_em(self, now: datetime) -> datetime | None:
        """Return when they end; none while they are closed, or when they never end."""
        if self._always or not self.aberta(now):
            return None
        until = now
        for begin, end in sorted(self._around(now, FARTHEST_DAYS)):
            if begin > until:
                return until
            until = max(until, end)
        return None

    def _around(self, now: datetime, days: int) -> Iterator[Span]:
        """Give the spans that begin from the day before to so many days after, in turn."""
        today = now.astimezone(self._zone).date()
        for distance in range(-1, days + 1):
            day = today + timedelta(days=distance)
            for entry in self._entries:
                if entry.on(day):
                    yield self._instant(day, entry.begin), self._instant(day, entry.end)

    def _instant(self, day: date, offset: timedelta) -> datetime:
        return (datetime.combine(day, time()) + offset).replace(tzinfo=self._zone).astimezone(UTC)


def _parsed(entry: str) -> _Entry:
    words = entry.strip().lower().replace("á", "a").split()
    if not 1 <= len(words) <= 2:
        raise ValueError(_wrong(entry))
    begin, end = _hours(words[1], entry) if len(words) == 2 else (timedelta(), timedelta(days=1))
    if words[0] == FERIADOS:
        return _Entry(frozenset(), True, begin, end)
    return _Entry(frozenset(_weekdays(words[0], entry)), False, begin, end)


def _weekdays(text: str, entry: str) -> Iterator[int]:
    for part in text.split(","):
        first, _, last = part.partition("-")
        if first not in DAYS or (last or first) not in DAYS:
            raise ValueError(_wrong(entry))
        begin = DAYS.index(first)
        length = (DAYS.index(last or first) - begin) % 7
        yield from ((begin + step) % 7 for step in range(length + 1))


def _hours(text: str, entry: str) -> tuple[timedelta, timedelta]:
    found = _HOURS.fullmatch(text)
    if found is None:
        raise ValueError(_wrong(entry))
    begin, end = (timedelta(hours=int(found[at]), minutes=int(found[at + 1])) for at in (1, 3))
    if begin == end or end > timedelta(days=1):
        raise ValueError(_wrong(entry))
    return begin, end if end > begin else end + timedelta(days=1)


def _wrong(entry: str) -> str:
    return f"horário inválido: {entry!r}; use a forma 'seg-sex 20:00-06:00', 'sab', 'feriados' ou 'sempre'"


def is_periodo(entry: str) -> bool:
    """Tell whether an entry is a dated period, and none of every week."""
    return "/" in entry


def periodo(entry: str, zone: ZoneInfo) -> Span:
    """Return the instants of a dated period such as `2026-12-24 22:00/2026-12-25 06:00`.

    Raises:
        ValueError: it is none.
    """
    try:
        first, last = (datetime.strptime(part.strip(), _DATED).replace(tzinfo=zone) for part in entry.split("/"))
    except ValueError:
        first = last = datetime.min.replace(tzinfo=UTC)
    if first >= last:
        raise ValueError(f"período inválido: {entry!r}; use a forma '2026-12-24 22:00/2026-12-25 06:00'")
    return first.astimezone(UTC), last.astimezone(UTC)
