"""Who is asked for, as a home of claims: one process at a time asks for a CNPJ."""

from dataclasses import dataclass
from datetime import datetime

from claims.sql import SqlClaims
from storage.models.sefaz import Contribuinte


@dataclass(frozen=True)
class Tomado:
    """A claimed CNPJ."""

    id: int
    cnpj: str
    ambiente: int
    empresa_id: int


@dataclass(frozen=True)
class Solto:
    """What is written when it is let go: it may be asked for again from then on."""

    id: int
    due_at: datetime


CONTRIBUINTES = SqlClaims(Contribuinte, Tomado, Solto)
