"""What an ntfy server answers, and whether it is ntfy that answers.

docs/reference/contracts/ntfy.md §4.
"""

import json
import re
from datetime import datetime, timedelta
from typing import Any

from events.delivery.http.exchange import READ_LIMIT, Answer

OVER_THE_DAY = 42908
# A code is an HTTP status and two digits.
BEYOND_CODES = 100_000
# Fields come in this order; a message of markup alone makes an answer too long to be read to its end.
_BEGINNING = re.compile(rb'\s*\{"id":"([^"\\]+)",[^{}]*?"event":"message","topic":"([^"\\]+)"')


def published(answer: Answer, topico: str) -> bool:
    """Tell whether the server says that it published: the message's id, under the topic that was meant."""
    said = _object(answer)
    if said:
        return bool(said.get("id")) and isinstance(said["id"], str) and said.get("topic") == topico
    cut = answer.fault is not None or len(answer.body) >= READ_LIMIT
    begun = _BEGINNING.match(answer.body) if cut else None
    return begun is not None and begun[2].decode("utf-8", "replace") == topico


def code(answer: Answer) -> int | None:
    """Return ntfy's own number of a refusal: 0 where it has none, None when something else answered."""
    said = _object(answer)
    given = said.get("code", 0)
    number = isinstance(given, int) and not isinstance(given, bool) and 0 <= given < BEYOND_CODES
    return given if number and said.get("http") == answer.status else None


def until_midnight(now: datetime) -> float:
    """Return the seconds until the server counts a new day, in UTC."""
    tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (tomorrow - now).total_seconds()


def _object(answer: Answer) -> dict[str, Any]:
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
