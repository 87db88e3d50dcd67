"""The bytes of TTC, Oracle's presentation layer: counted integers, chunked texts, NUMBER, DATE, TIMESTAMP."""

import struct
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Self
from zoneinfo import ZoneInfo

VARCHAR, NUMBER, LONG, ROWID, DATE, RAW, CHAR, BINARY_DOUBLE, TIMESTAMP = 1, 2, 8, 11, 12, 23, 96, 101, 180
ZONED = 181
DATES = frozenset([DATE, TIMESTAMP, ZONED, 231])
TEXTS = frozenset([VARCHAR, CHAR, LONG])
SHORT, CHUNKED, CHUNK = 252, 254, 32767
NEGATIVE = 0x80
# In the place of an offset in hours: the zone has a name, of which the driver knows nothing.
HAS_NAME, SOME_NAME = 0x80, 1
# A NUMBER: an exponent, then pairs of digits, each plus one; below zero 101 minus each, and a 102 at the end.
ZERO, EXPONENT, LOWEST_END, MOST_PAIRS = b"\x80", 192, b"\x66", 20


class Writer(bytearray):
    """Bytes to send; every method returns the writer."""

    def u1(self, value: int) -> Self:
        """Add one byte."""
        self.append(value & 0xFF)
        return self

    def ub(self, value: int) -> Self:
        """Add a count of bytes, then an unsigned integer in that many."""
        raw = value.to_bytes((value.bit_length() + 7) // 8, "big")
        self.append(len(raw))
        self.extend(raw)
        return self

    def ubs(self, *values: int) -> Self:
        """Add several unsigned integers."""
        for value in values:
            self.ub(value)
        return self

    def sb(self, value: int) -> Self:
        """Add a signed integer: the count of bytes has a bit for the sign."""
        if value >= 0:
            return self.ub(value)
        raw = (-value).to_bytes(((-value).bit_length() + 7) // 8, "big")
        self.append(NEGATIVE | len(raw))
        self.extend(raw)
        return self

    def chunks(self, raw: bytes) -> Self:
        """Add a length and the bytes, in chunks where they are many."""
        if len(raw) <= SHORT:
            self.append(len(raw))
            self.extend(raw)
            return self
        self.append(CHUNKED)
        for start in range(0, len(raw), CHUNK):
            part = raw[start : start + CHUNK]
            self.ub(len(part))
            self.extend(part)
        return self.ub(0)

    def text(self, value: str) -> Self:
        """Add a text: its length, then its bytes as chunks."""
        raw = value.encode()
        self.ub(len(raw))
        return self.chunks(raw) if raw else self


def number_bytes(value: float | Decimal | str) -> bytes:
    """Return a NUMBER."""
    exact = Decimal(repr(value) if isinstance(value, float) else str(value))
    if exact == 0:
        return ZERO
    sign, digits, exponent = exact.normalize().as_tuple()
    figures = list(digits)
    point = len(figures) + int(exponent)
    if point % 2:
        figures.insert(0, 0)
        point += 1
    if len(figures) % 2:
        figures.append(0)
    pairs = [figures[at] * 10 + figures[at + 1] for at in range(0, len(figures), 2)][:MOST_PAIRS]
    power = point // 2 + EXPONENT
    if not sign:
        return bytes([power, *(pair + 1 for pair in pairs)])
    return bytes([~power & 0xFF, *(101 - pair for pair in pairs)]) + (LOWEST_END if len(pairs) < MOST_PAIRS else b"")


def number_value(raw: bytes) -> int | Decimal:
    """Return the value of a NUMBER."""
    if raw == ZERO:
        return 0
    power, mantissa = raw[0], raw[1:]
    negative = not power & NEGATIVE
    if negative:
        power, mantissa = ~power & 0xFF, mantissa.removesuffix(LOWEST_END)
    digits = "".join(f"{101 - part if negative else part - 1:02d}" for part in mantissa)
    value = Decimal(f"{'-' if negative else ''}{digits}e{(power - EXPONENT) * 2 - len(digits)}")
    return int(value) if value == value.to_integral_value() else value


def double_value(raw: bytes) -> float:
    """Return the value of a BINARY_DOUBLE: the sign bit is turned over, below zero all bits are."""
    plain = bytes([raw[0] & 0x7F, *raw[1:]]) if raw[0] & NEGATIVE else bytes(~part & 0xFF for part in raw)
    return float(struct.unpack(">d", plain)[0])


def date_bytes(text: str, *, fraction: bool) -> bytes:
    """Return a DATE, or a TIMESTAMP with its fraction, of an instant as SQLite keeps it.

    A year before Christ counts down from 100, as Oracle keeps it.
    """
    if text.startswith("-"):
        year, month, day = map(int, text[1:11].split("-"))
        return bytes([100 - year // 100, 100 - year % 100, month, day, 1, 1, 1])
    at = datetime.fromisoformat(text)
    whole = bytes(
        [at.year // 100 + 100, at.year % 100 + 100, at.month, at.day, at.hour + 1, at.minute + 1, at.second + 1]
    )
    return whole + struct.pack(">I", at.microsecond * 1000) if fraction and at.microsecond else whole


def zoned_bytes(text: str) -> bytes:
    """Return a TIMESTAMP WITH TIME ZONE: in UTC, then its offset, or a number that stands for the name of a zone."""
    day, hour, *name = text.split(" ")
    read = datetime.fromisoformat(f"{day} {hour}")
    at = read.replace(tzinfo=ZoneInfo(name[0])) if name else read
    utc, minutes = at.astimezone(UTC), (at.utcoffset() or timedelta()) // timedelta(minutes=1)
    hours = int(minutes / 60)
    zone = [HAS_NAME, SOME_NAME] if name else [hours + 20, minutes - hours * 60 + 60]
    whole = date_bytes(utc.strftime("%Y-%m-%d %H:%M:%S"), fraction=False)
    return whole + struct.pack(">I", utc.microsecond * 1000) + bytes(zone)


def wall_text(text: str) -> str:
    """Return what the clock on the wall showed at an instant that has a zone."""
    day, hour, *_ = text.split(" ")
    return instant_text(datetime.fromisoformat(f"{day} {hour}").replace(tzinfo=None))


def date_text(raw: bytes) -> str:
    """Return an instant as SQLite keeps it."""
    at = datetime((raw[0] - 100) * 100 + raw[1] - 100, raw[2], raw[3], raw[4] - 1, raw[5] - 1, raw[6] - 1)  # noqa: DTZ001
    if len(raw) >= 11:
        at = at.replace(microsecond=struct.unpack(">I", raw[7:11])[0] // 1000)
    return instant_text(at)


def instant_text(at: datetime, *, fraction: bool = True) -> str:
    """Return an instant as SQLite keeps it, with microseconds where it has any."""
    return (at if fraction else at.replace(microsecond=0)).isoformat(" ")


def column_bytes(value: object, kind: int) -> bytes:
    """Return a value of a row as the driver reads it; nothing for NULL."""
    if value is None:
        return b""
    if kind == NUMBER:
        return number_bytes(value if isinstance(value, int | float) else str(value))
    if kind == ZONED:
        return zoned_bytes(str(value))
    if kind in DATES:
        return date_bytes(str(value), fraction=kind != DATE)
    return value if isinstance(value, bytes) else str(value).encode()
