"""The rows that are claimed: a box, and the address where it is asked."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func

from claims.crash import after_crash
from claims.sql import SqlClaims
from core.clock import SYSTEM, Clock
from storage.models.sat import Caixa, SatEndereco

FIRST_SESSION, LAST_SESSION = 100_000, 999_999
# It comes round only after 900,000 of them; the ER forbids the last 100.
NEXT_SESSION = func.coalesce(func.nullif(Caixa.sessao, LAST_SESSION), FIRST_SESSION - 1) + 1


@dataclass(frozen=True)
class BoxRow:
    """A box as it is claimed."""

    id: int
    nome: str
    sessao: int


@dataclass(frozen=True)
class BoxOutcome:
    """What a check leaves in the row of its box."""

    id: int
    due_at: datetime
    verificada_em: datetime
    resultado: str
    erro: str | None
    resposta: str | None
    parada: bool
    falhas_seguidas: int
    falhando_desde: datetime | None
    ocupada_desde: datetime | None


@dataclass(frozen=True)
class AddressRow:
    """An address as it is claimed."""

    id: int
    endereco: str


@dataclass(frozen=True)
class AddressOutcome:
    """An address that is free again."""

    id: int
    due_at: datetime


# Each claim counts the box's session number up, so that no two calls have the same.
BOXES = SqlClaims(
    Caixa,
    BoxRow,
    BoxOutcome,
    ready=and_(Caixa.ativo.is_(True), Caixa.parada.is_(False)),
    claimed={"sessao": NEXT_SESSION},
)
ADDRESSES = SqlClaims(SatEndereco, AddressRow, AddressOutcome)


def recover(clock: Clock = SYSTEM) -> int:
    """Give back what dead processes of this host were asking; return how many rows."""
    return after_crash((BOXES, ADDRESSES), clock)
