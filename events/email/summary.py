"""What notices share that tell of many events at once: how many there are, and those that the data bring."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from events.email.aviso import EVENT, Dados

# So many events at most are read for one mail, and stand in its file.
LINES = 20_000
MOST_DIGITS = 20
TOTAL, EVENTS = "total", "eventos"


@dataclass(frozen=True)
class Summary:
    """`total` events, of which `events` are told one by one."""

    total: int
    events: Sequence[Mapping[str, Any]]

    @classmethod
    def of(cls, dados: Dados) -> "Summary":
        """Return what the data of a summary say."""
        events = dados[EVENTS]
        return cls(max(int(dados[TOTAL]), len(events)), events)

    def named(self, evento: str) -> list[Mapping[str, Any]]:
        """Return those of one kind."""
        return [one for one in self.events if one.get(EVENT) == evento]


def amount(events: Sequence[Mapping[str, Any]], name: str = "valor_total") -> Decimal:
    """Return the sum of a field; what is no number counts for nothing."""
    return sum((_number(one.get(name)) for one in events), Decimal())


def _number(value: object) -> Decimal:
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return Decimal()
    # no amount has so many digits, and one of them would cost the sum of all
    return found if found.is_finite() and found.adjusted() < MOST_DIGITS else Decimal()
