"""What is read of a queue row, and what is written to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256

# The number of a row: a whole one is an integer, however large.
Number = int | Decimal


def shown(number: Number) -> str:
    """Return a number in plain digits."""
    return f"{number:f}" if isinstance(number, Decimal) else str(number)


class Status(StrEnum):
    """The states of a row, as the table spells them."""

    PENDENTE = "PENDENTE"
    PROCESSANDO = "PROCESSANDO"
    PROCESSADO = "PROCESSADO"
    ERRO = "ERRO"


@dataclass(frozen=True)
class Order:
    """One row: its number, the service order it is about, its text. `extra` are other columns, by lower-case name.

    `keyed`: its number is known to be no other row's, so that a text which is edited later makes no other row of it.
    """

    id: Number
    os: str
    message: str
    created: datetime | None
    attempts: int = 0
    extra: Mapping[str, str] = field(default_factory=dict)
    keyed: bool = False

    @property
    def linha(self) -> str:
        """Its number as people read it."""
        return shown(self.id)

    @property
    def identity(self) -> str:
        """What tells this row from every other that ever had its number.

        A table made anew counts from one again, and one without a key may have a number twice.
        """
        return self._known_by(_in_utc(self.created))

    @property
    def noted_before(self) -> str:
        """Its identity as older versions noted it, with the date as a session showed it: mostly the same."""
        return self._known_by(self.created)

    def _known_by(self, created: datetime | None) -> str:
        text = sha256(f"{self.os}\0{self.message}".encode("utf-8", "replace")).hexdigest()
        if created is None:
            return f"{self.linha}@{text}"
        # A date that the table keeps as a text stands as it is.
        when = created.isoformat() if isinstance(created, datetime) else str(created)[:40]
        return f"{self.linha}@{when}" if self.keyed else f"{self.linha}@{when}#{text[:16]}"


def _in_utc(created: datetime | None) -> datetime | None:
    """Return an instant as no session's zone changes it; one that tells no zone stands as it is."""
    if not isinstance(created, datetime) or created.tzinfo is None:
        return created
    try:
        return created.astimezone(UTC)
    except OverflowError:
        return created


@dataclass(frozen=True)
class Told:
    """What became of a claimed row; a pending one is due again at `due_at`."""

    id: Number
    status: Status
    due_at: datetime
    error: str | None = None
    ntfy: str | None = None
