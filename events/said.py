"""What somebody says of a thing, read in the words of an event: a row, a mapping, any object with such fields."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from core.settings.core import CoreSettings
from core.text import cut_bytes
from events.catalog.avisos import ResumoDiario
from storage.models.base import Base
from storage.models.documentos import Documento

# A field of a notice; an event that passes a mebibyte would be refused whole.
TEXT_BYTES = 2000
MOST_ROWS = 60
M = TypeVar("M", bound=Base)


def own(db: Session, row: object, model: type[M]) -> M | None:
    """Return what only its kind says of a document's row; none of anything else."""
    return db.get(model, row.id) if isinstance(row, Documento) else None


class About:
    """A thing, with more of it where that stands apart; the first source that has a field says it."""

    def __init__(self, *sources: object) -> None:
        self._sources = [one for one in sources if one is not None]

    def value(self, *names: str) -> Any:
        """Return the first field of these names that there is; none where there is none."""
        for source in self._sources:
            for name in names:
                found = source.get(name) if isinstance(source, Mapping) else getattr(source, name, None)
                if found is not None:
                    return found
        return None

    def text(self, *names: str) -> str:
        """Return a field as a text, which is cut where it is no field but a book."""
        found = self.value(*names)
        return "" if found is None else cut_bytes(str(found), TEXT_BYTES)

    def money(self, *names: str) -> str:
        """Return an amount as an event has it."""
        found = self.value(*names)
        try:
            amount = Decimal(str(found)) if found is not None else Decimal(0)
        except InvalidOperation:
            amount = Decimal(0)
        # a text of a million digits is no amount
        return format(amount, "f") if amount.is_finite() and abs(amount.adjusted()) < 20 else "0"

    def count(self, *names: str) -> int:
        """Return how many; what is no number is none."""
        found = self.value(*names)
        return found if isinstance(found, int) else 0

    def day(self, *names: str) -> str:
        """Return a day in ISO 8601; that of an instant is the installation's."""
        found = self.value(*names)
        if isinstance(found, datetime):
            found = _aware(found).astimezone(CoreSettings.current().zone).date()
        return found.isoformat() if isinstance(found, date) else self.text(*names)

    def instant(self, *names: str) -> str:
        """Return an instant in ISO 8601."""
        found = self.value(*names)
        return _aware(found).isoformat() if isinstance(found, datetime) else self.text(*names)

    def issued(self) -> str | None:
        """Return a document's date of issue with the offset that it had."""
        found, minutes = self.value("data_emissao"), self.value("offset_minutos")
        if isinstance(found, datetime) and isinstance(minutes, int) and abs(minutes) < 24 * 60:
            return _aware(found).astimezone(timezone(timedelta(minutes=minutes))).isoformat()
        return self.instant("data_emissao") or None

    def report(self, dia: date) -> ResumoDiario:
        """Return the figures of a day; of what is not said there is none."""
        counts = {one.name: self.count(one.name) for one in fields(ResumoDiario) if one.type is int}
        rows: dict[str, Any] = {name: self._rows(name) for name in ("top_emitentes", "top_rotas", "alertas", "serie")}
        values = {name: self.money(name) for name in ("nfe_valor", "cte_valor")}
        return ResumoDiario(dia=self.day("dia", "data") or dia.isoformat(), **(rows | counts | values))

    def _rows(self, name: str) -> list[dict[str, Any]]:
        """Return rows in types of JSON; of too many the first."""
        found = self.value(name)
        rows = found if isinstance(found, list | tuple) else ()
        return [{str(key): _plain(one[key]) for key in one} for one in rows[:MOST_ROWS] if isinstance(one, Mapping)]


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else cut_bytes(str(value), TEXT_BYTES)


def _aware(instant: datetime) -> datetime:
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
