"""Hours by the wall clock of one zone: `seg-sex 20:00-06:00`, `sab`, `feriados`, `22:00-07:00`, dated periods."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

SEMPRE, FERIADOS = "sempre", "feriados"
DAYS = ("seg", "ter", "qua", "qui", "sex", "sab", "dom")
FARTHEST_DAYS = 400
_HOURS = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])-([01]?[0-9]|2[0-4]):([0-5][0-9])")
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_DATED = "%Y-%m-%d %H:%M"
Span = tuple[datetime, datetime]


@cache
def feriados(ano: int) -> frozenset[date]:
    """Return the national holidays of a year."""
    import holidays

    return frozenset(holidays.country_holidays("BR", years=ano))


@dataclass(frozen=True)
class _Weekly:
    """Days of the week (0 is Monday), or holidays, and the hours of each; an end before the beginning is tomorrow's."""

    days: frozenset[int]
    holidays: bool
    begin: timedelta
    end: timedelta

    def on(self, day: date) -> bool:
        return day in feriados(day.year) if self.holidays else day.weekday() in self.days


class Hours:
    """The hours of some entries in a zone.

    Raises:
        ValueError: an entry that is none; the sentence says which.
    """

    def __init__(self, entries: Iterable[str], zone: ZoneInfo) -> None:
        given = list(entries)
        self._always = any(entry.strip().lower() == SEMPRE for entry in given)
        rest = [entry for entry in given if entry.strip().lower() != SEMPRE]
        self._weekly = [_weekly(entry) for entry in rest if not is_period(entry)]
        self._dated = [_period(entry, zone) for entry in rest if is_period(entry)]
        self._zone = zone

    def open_at(self, now: datetime) -> bool:
        """Tell whether an instant is within the hours."""
        return self._always or any(begin <= now < end for begin, end in self._near(now))

    def opens_at(self, now: datetime) -> datetime | None:
        """Return when they begin next; None while they are open, or when they never will be."""
        if self.open_at(now):
            return None
        begins = [begin for begin, _ in self._dated if begin > now]
        today = self._day(now)
        days = (self._of_day(today + timedelta(days=ahead)) for ahead in range(-1, FARTHEST_DAYS + 1))
        weekly = next((soon for spans in days if (soon := [begin for begin, _ in spans if begin > now])), [])
        return min([*begins, *weekly], default=None)

    def closes_at(self, now: datetime) -> datetime | None:
        """Return when they end; None while they are closed, or when they never end."""
        if self._always or not self.open_at(now):
            return None
        until, farthest = now, now + timedelta(days=FARTHEST_DAYS)
        while until < farthest:
            ends = [end for begin, end in self._near(until) if begin <= until < end]
            if not ends:
                return until
            until = max(ends)
        return None

    def _near(self, now: datetime) -> Iterator[Span]:
        """Yield the spans that may hold an instant: those of its day, of the day before, and the dated."""
        today = self._day(now)
        yield from self._of_day(today - timedelta(days=1))
        yield from self._of_day(today)
        yield from self._dated

    def _of_day(self, day: date) -> list[Span]:
        return [(self._at(day, one.begin), self._at(day, one.end)) for one in self._weekly if one.on(day)]

    def _day(self, now: datetime) -> date:
        return now.astimezone(self._zone).date()

    def _at(self, day: date, offset: timedelta) -> datetime:
        return (datetime.combine(day, time()) + offset).replace(tzinfo=self._zone).astimezone(UTC)


@lru_cache(maxsize=4096)
def hours(entries: Sequence[str], zone: ZoneInfo) -> Hours:
    """Return the hours of a tuple of entries; each is read once per process."""
    return Hours(entries, zone)


def check_weekly(entries: Iterable[str]) -> None:
    """Raise `ValueError` for an entry that is no hours of every week."""
    for entry in entries:
        if entry.strip().lower() != SEMPRE:
            _weekly(entry)


def is_daily(text: str) -> bool:
    """Tell whether a text is hours of every day as a destination keeps them, `22:00-07:00`."""
    begin, _, end = text.partition("-")
    return bool(_HOURS.fullmatch(text)) and len(begin) == len(end) == 5 and begin != end and end < "24:00"


def is_period(entry: str) -> bool:
    """Tell whether an entry is a dated period, not a weekly one."""
    return "/" in entry


def next_time(text: str, zone: ZoneInfo, now: datetime) -> datetime | None:
    """Return the next instant at which the zone's clock shows `HH:MM`; None for another text."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    today, shown = now.astimezone(zone).date(), f"{int(found[1]):02}:{found[2]}"
    soon = (wall_instant(today + timedelta(days=ahead), shown, zone) for ahead in (0, 1))
    return next(instant for instant in soon if instant > now)


def local_day(day: date, zone: ZoneInfo) -> Span:
    """Return when a calendar day of a zone begins, and when the next one does; where a clock change leaves out its
    midnight, the first instant that there is.
    """
    return wall_instant(day, "00:00", zone), wall_instant(day + timedelta(days=1), "00:00", zone)


def wall_instant(day: date, text: str, zone: ZoneInfo) -> datetime:
    """Return the instant at which the zone's clock shows `HH:MM` on a day: the first of two.

    A time that the clock leaves out is the first instant after it: 00:30 where midnight is followed by one o'clock.
    """
    shown = datetime.combine(day, time.fromisoformat(text), zone)
    instant = shown.astimezone(UTC)
    if instant.astimezone(zone).replace(fold=0) == shown:
        return instant
    # In a gap `fold=1` counts with the offset after it: one of the two is before the change, the other behind it.
    before, behind = shown.replace(fold=1).astimezone(UTC), instant
    old = before.astimezone(zone).utcoffset()
    while behind - before > timedelta(seconds=1):
        middle = before + (behind - before) / 2
        before, behind = (middle, behind) if middle.astimezone(zone).utcoffset() == old else (before, middle)
    return behind.replace(microsecond=0)


def _weekly(entry: str) -> _Weekly:
    words = entry.strip().lower().replace("á", "a").split()
    if not 1 <= len(words) <= 2:
        raise ValueError(_wrong(entry))
    if len(words) == 1 and _HOURS.fullmatch(words[0]):
        words = ["seg-dom", *words]
    begin, end = _begin_and_end(words[1], entry) if len(words) == 2 else (timedelta(), timedelta(days=1))
    if words[0] == FERIADOS:
        return _Weekly(frozenset(), True, begin, end)
    return _Weekly(frozenset(_weekdays(words[0], entry)), False, begin, end)


def _weekdays(text: str, entry: str) -> Iterator[int]:
    for part in text.split(","):
        first, _, last = part.partition("-")
        if first not in DAYS or (last or first) not in DAYS:
            raise ValueError(_wrong(entry))
        begin = DAYS.index(first)
        length = (DAYS.index(last or first) - begin) % 7
        yield from ((begin + step) % 7 for step in range(length + 1))


def _begin_and_end(text: str, entry: str) -> tuple[timedelta, timedelta]:
    found = _HOURS.fullmatch(text)
    if found is None:
        raise ValueError(_wrong(entry))
    begin, end = (timedelta(hours=int(found[at]), minutes=int(found[at + 1])) for at in (1, 3))
    if begin == end or end > timedelta(days=1):
        raise ValueError(_wrong(entry))
    return begin, end if end > begin else end + timedelta(days=1)


def _wrong(entry: str) -> str:
    return f"horário inválido: {entry!r}; use a forma 'seg-sex 20:00-06:00', 'sab', 'feriados' ou 'sempre'"


def _period(entry: str, zone: ZoneInfo) -> Span:
    """Return the instants of a dated period such as `2026-12-24 22:00/2026-12-25 06:00`."""
    try:
        first, last = (datetime.strptime(part.strip(), _DATED).replace(tzinfo=zone) for part in entry.split("/"))
        if first < last:
            return first.astimezone(UTC), last.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ValueError(f"período inválido: {entry!r}; use a forma '2026-12-24 22:00/2026-12-25 06:00'")
