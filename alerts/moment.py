"""What conditions that are judged once a minute may read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Moment:
    """One reading of the database at one instant.

    `abertos` says since when alerts are open, by object and code; `periodos` how often each scheduled task should run,
    in seconds, by its name.
    """

    db: Session
    now: datetime
    abertos: Mapping[str, Mapping[str, datetime]] = field(default_factory=dict)
    periodos: Mapping[str, float] = field(default_factory=dict)

    def since(self, objeto: str, codigo: str) -> datetime:
        """Return since when a condition is known: now, where it is new."""
        return self.abertos.get(objeto, {}).get(codigo, self.now)
