"""The rows of the deliveries: each destination's one slot, and what it is owed."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from types import SimpleNamespace
from typing import cast

from sqlalchemy import and_, text

from claims.crash import after_crash
from claims.lease import lease_seconds
from claims.sql import SqlClaims
from core.clock import SYSTEM, Clock
from core.errors import Misconfigured
from storage import crypto
from storage.models.destinos import Destino
from storage.models.eventos import OPEN_SQL, Delivery, Estado

LONGEST_TIMEOUT = 30.0
SECRETS = ("secret_key", "secret_anterior", "headers_customizados", "opcoes")
SLOT_SECONDS = lease_seconds(LONGEST_TIMEOUT)
# When a slot is due that waits for nothing. The moment it was let go of would keep it from everybody for as long as
# that process's clock was ahead.
AT_ONCE = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Destination:
    """A destination whose slot is held: what its kind needs to deliver, and how it was when the slot was taken.

    Its secrets are as they are stored: one that no key opens costs itself, and not whoever is claimed with it.
    """

    id: int
    tipo: str
    nome: str
    usuario_id: int | None
    url: str
    topico: str | None
    secret_key: bytes | None
    secret_anterior: bytes | None
    secret_anterior_ate: datetime | None
    headers_customizados: bytes | None
    opcoes: bytes | None
    timeout: float
    retry_count: int
    lento: bool
    ordem_estrita: bool
    por_minuto: int | None
    silencio: str | None
    falhas_seguidas: int
    circuito_espera: int
    ultima_execucao: datetime | None

    @cached_property
    def opened(self) -> Destino:
        """It with its secrets in clear, and with every column that a kind reads.

        Raises:
            Misconfigured: no key opens them.
        """
        found = {name: (value := vars(self)[name]) and crypto.ring().decrypt(bytes(value)) for name in SECRETS}
        return cast("Destino", SimpleNamespace(**{**vars(self), **found}))


@dataclass(frozen=True)
class SlotOutcome:
    """What a settlement writes of a destination."""

    id: int
    due_at: datetime
    servido_em: datetime
    lento: bool
    ultima_execucao: datetime | None
    total_execucoes: int
    total_erros: int
    falhas_seguidas: int
    falhas_novas: int
    falhando_desde: datetime | None
    avisado_em: datetime | None
    circuito_espera: int


@dataclass(frozen=True)
class Claimed:
    """A delivery that was taken; `due_at` is the end of its lease."""

    id: int
    destino_id: int
    event_id: int
    tentativas: int
    created_at: datetime
    due_at: datetime


@dataclass(frozen=True)
class RowOutcome:
    """What a settlement writes of a delivery."""

    id: int
    due_at: datetime
    estado: str
    tentativas: int
    finished_at: datetime | None
    last_error: str | None


@dataclass(frozen=True)
class Owed:
    """A claimed delivery with the event it carries; no request begins that may outlive the lease (`until`).

    One that goes back without a request is due at once, or `again` at that instant.
    """

    id: int
    destino_id: int
    tentativas: int
    created_at: datetime
    until: datetime
    message_id: str
    evento: str
    corpo: bytes
    origem: str | None = None
    again: datetime | None = None


SLOTS = SqlClaims(
    Destino,
    Destination,
    SlotOutcome,
    ready=and_(Destino.ativo.is_(True), Destino.desligado_em.is_(None), Destino.pausado_em.is_(None)),
)
ROWS = SqlClaims(
    Delivery,
    Claimed,
    RowOutcome,
    ready=text(OPEN_SQL),
    claimed={"estado": Estado.ENVIANDO},
    given_back={"estado": Estado.PENDENTE},
    crashed={"estado": Estado.PENDENTE},
)


def as_kinds_see(one: Destination) -> Destino:
    """Return a destination as its kind takes it; raise `Misconfigured` where no key opens its secrets."""
    return one.opened


def sealed(one: Destination) -> str | None:
    """Return why a destination cannot be served by this process: no key of its opens the secrets."""
    try:
        as_kinds_see(one)
    except Misconfigured as fault:
        return str(fault)
    return None


def free_the_dead(clock: Clock = SYSTEM) -> int:
    """Give back what dead processes of this host held; return how many rows."""
    return after_crash((ROWS, SLOTS), clock)
