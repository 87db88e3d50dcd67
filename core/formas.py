"""Values as people in Brazil write them: `R$ 1.234,56`, `1.234`, `25/11/2026`. What is not known is `N/A`."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from core.text import brazilian

UNKNOWN = "N/A"
CENT, ONE = Decimal("0.01"), Decimal(1)


def reais(value: object) -> str:
    """Return an amount of money, given as a number or as the text of one."""
    amount = _number(value)
    if amount is None:
        return UNKNOWN
    try:
        cents = amount.quantize(CENT)
    except InvalidOperation:
        return UNKNOWN
    return f"{'-' if cents < 0 else ''}R$ {brazilian(abs(cents))}"


def contagem(value: object) -> str:
    """Return a whole number."""
    amount = _number(value)
    if amount is None:
        return UNKNOWN
    try:
        # `1e999999999` is a short text and would be written with a thousand million digits
        return brazilian(amount.quantize(ONE), 0)
    except InvalidOperation:
        return UNKNOWN


def data(value: object) -> str:
    """Return the day of a date, of an instant or of the text of one; an instant's is that of its own offset."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return UNKNOWN
    # `%Y` leaves out the zeros of the first thousand years
    return f"{value.day:02d}/{value.month:02d}/{value.year:04d}" if isinstance(value, date) else UNKNOWN


def momento(value: object, zone: ZoneInfo) -> str:
    """Return the day and the time of an instant, or of the text of one, on the clock of a zone."""
    try:
        found = datetime.fromisoformat(value.strip()) if isinstance(value, str) else value
        if not isinstance(found, datetime) or found.tzinfo is None:
            return UNKNOWN
        local = found.astimezone(zone)
    except (ValueError, OverflowError):
        return UNKNOWN
    return f"{data(local)} {local:%H:%M}"


def texto(value: object) -> str:
    """Return a word or a number as it is."""
    return UNKNOWN if value is None or value == "" else str(value)


def lugar(municipio: object, uf: object) -> str:
    """Return a place, `Santos/SP`."""
    return "/".join(str(one) for one in (municipio, uf) if one) or UNKNOWN


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        amount = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None
