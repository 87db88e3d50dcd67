"""What publishing did, in numbers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Published:
    """What became of a batch: rows that were closed or wait, and those of them that were told now."""

    rows: int = 0
    new: int = 0


@dataclass
class Report:
    """What a run did: rows seen, those told now, those that had been told before; `falha` is why it ended early."""

    conta: str
    linhas: int = 0
    publicadas: int = 0
    repetidas: int = 0
    falha: str | None = None

    def add(self, found: Published) -> None:
        """Add a batch."""
        self.linhas += found.rows
        self.publicadas += found.new
        self.repetidas += found.rows - found.new
