"""What is read of a queue row, and what is written to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256


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

    id: int
    os: str
    message: str
    created: datetime | None
    attempts: int = 0
    extra: Mapping[str, str] = field(default_factory=dict)
    keyed: bool = False

    @property
    def identity(self) -> str:
        """What tells this row from every other that ever had its number.

        A table made anew counts from one again, and one without a key may have a number twice.
        """
        text = sha256(f"{self.os}\0{self.message}".encode("utf-8", "replace")).hexdigest()
        if self.created is None:
            return f"{self.id}@{text}"
        # A date that the table keeps as a text stands as it is.
        when = self.created.isoformat() if isinstance(self.created, datetime) else str(self.created)[:40]
        return f"{self.id}@{when}" if self.keyed else f"{self.id}@{when}#{text[:16]}"


@dataclass(frozen=True)
class Told:
    """What became of a claimed row; a pending one is due again at `due_at`."""

    id: int
    status: Status
    due_at: datetime
    error: str | None = None
    ntfy: str | None = None
