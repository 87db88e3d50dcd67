"""What conditions that are judged once a minute may read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.models.limites import JUDGING_SINCE, Marca

JUST_BACK = "tudo esteve parado, e o que se olha aqui ainda não teve tempo de rodar"


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

    def just_back(self, patience: timedelta) -> bool:
        """Tell whether judging began anew within that time: all was off before, and what it does had no time to run."""
        began = self.db.scalar(select(Marca.instante).where(Marca.nome == JUDGING_SINCE))
        return began is not None and self.now - began < patience
