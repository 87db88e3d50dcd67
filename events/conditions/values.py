"""Values of a filter and of a body, compared as the wire has them: amounts are texts, instants are ISO 8601."""

import math
import re
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

# Such a number costs next to nothing to compare, whoever wrote it.
_NUMBER = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.,+\-Z]{4,30})?")
_MOST_BITS = 512


def number(value: object) -> Decimal | None:
    """Return a number, also one that is written as a text; none of anything else, and of one without an end."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return Decimal(value) if value.bit_length() <= _MOST_BITS else None
    if isinstance(value, float):
        return Decimal(repr(value)) if math.isfinite(value) else None
    return Decimal(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else None


def instant(value: object, zone: ZoneInfo) -> datetime | None:
    """Return an instant; a day is its first moment, and what names no offset is the installation's."""
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=zone)


def same(wanted: Any, value: object) -> bool:
    """Tell whether a value is what is wanted; a number is one however it is written, a text is a text."""
    if wanted is None or isinstance(wanted, bool):
        return value is wanted
    if isinstance(wanted, str):
        return isinstance(value, str) and value == wanted
    return bool(number(value) == wanted)
