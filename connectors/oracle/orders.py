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
    """One row: its number, the service order it is about, its text. `extra` are other columns, by lower-case name."""

    id: int
    os: str
    message: str
    created: datetime | None
    attempts: int = 0
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        """What tells this row from every other that ever had its number: a table made anew counts from one again."""
        when = self.created.isoformat() if self.created else sha256(f"{self.os}\0{self.message}".encode()).hexdigest()
        return f"{self.id}@{when}"


@dataclass(frozen=True)
class Told:
    """What became of a claimed row; a pending one is due again at `due_at`."""

    id: int
    status: Status
    due_at: datetime
    error: str | None = None
    ntfy: str | None = None
