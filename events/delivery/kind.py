"""What a kind of destination is. The engine, `flows/destinos` and `wake` ask it and know no kind's name.

One kind is one file in `events/delivery/kinds/`, found by walking that package. Nothing here knows HTTP.
"""

from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, ClassVar

from sqlalchemy import select

from claims.bucket import Bucket
from core.errors import PlatformError, UsageError
from core.settings.deliveries import DeliverySettings
from core.walk import modules
from events.delivery.outcome import Outcome
from storage.models.destinos import Destino
from storage.session import reading


@dataclass(frozen=True)
class Message:
    """One event as owed to one destination; `attempt` counts from 1."""

    message_id: str
    evento: str
    corpo: bytes
    attempt: int


@dataclass(frozen=True)
class Made:
    """The result of one attempt. `status`, `response` and `address` are for the record, where there are any. `doubt`
    is what a person who tests a destination should look at although it was a success.
    """

    outcome: Outcome
    started_at: datetime
    duration_ms: int
    status: int = 0
    response: str | None = None
    address: str | None = None
    doubt: str | None = None


@dataclass(frozen=True)
class Said:
    """What a person says of a destination, as far as its kind has a say in it."""

    url: str
    topico: str | None = None
    segredo: str | None = None
    cabecalhos: Mapping[str, str] = field(default_factory=dict)
    assinatura: str | None = None
    opcoes: Mapping[str, str] = field(default_factory=dict)


# What not every kind takes: how it is called, and the field of the command line.
SPECIAL = {
    "topico": ("tópico", "topico"),
    "cabecalhos": ("cabeçalhos próprios", "cabecalho"),
    "assinatura": ("escolha de assinatura", "assinatura"),
    "opcoes": ("opções próprias", "opcao"),
}


@dataclass(frozen=True)
class Checked:
    """The columns to store; `segredo` is a secret made here, to be shown once; `aviso` a warning to the person."""

    columns: Mapping[str, Any] = field(default_factory=dict)
    segredo: str | None = None
    aviso: str | None = None


class Kind(ABC):
    """A kind of destination.

    `takes` are the fields of `SPECIAL` that may be said of it. `one_first`: the first request of a run
    with a credential goes alone, for a refusal there costs dearly. `at_once`: so many attempts of one destination may
    be under way, where the settings would allow more. `repeats_cost`: what had come and was not written down yet when a
    process died comes again, and a person reads it twice; so each end is written at once, not with others.
    """

    tipo: ClassVar[str]
    takes: ClassVar[frozenset[str]] = frozenset()
    one_first: ClassVar[bool] = False
    at_once: ClassVar[int | None] = None
    repeats_cost: ClassVar[bool] = False

    @abstractmethod
    async def deliver(self, destino: Destino, message: Message, now: datetime) -> Made:
        """Make one attempt and return its result; only a bug raises, and that counts as no attempt."""

    @abstractmethod
    def checked(self, said: Said) -> Checked:
        """Return what is stored of what a person said; raise `UsageError` with what is wrong."""

    def accepted(self, said: Said) -> Checked:
        """Return what is stored of what a person said, once nothing is said that the kind does not take."""
        for name, (called, campo) in SPECIAL.items():
            if getattr(said, name) and name not in self.takes:
                raise UsageError(f"Um destino {self.tipo} não tem {called}.", campo=campo)
        return self.checked(said)

    def rotated(self, destino: Destino, said: Said, now: datetime) -> Checked:
        """Return the columns of a change of secret; where none is said the kind may make it."""
        raise UsageError(f"Destinos {self.tipo} não têm segredo.")

    def blocked(self, destino: Destino) -> bool:
        """Tell whether it is known already that nothing may be sent there."""
        return False

    def lacks(self, destino: Destino) -> tuple[str, str] | None:
        """Return what the settings lack for it, and what to do about it; none where they lack nothing."""
        return None

    def bucket(self, destino: Destino, settings: DeliverySettings) -> Bucket | None:
        """Return the bucket of the other side's own limit, if it has one."""
        return None

    def credential(self, destino: Destino) -> Hashable | None:
        """Return what a destination identifies itself by and to whom, if others may share it; it is never kept."""
        return None

    def task(self, *, lento: bool) -> str:
        """Return the task that serves a destination; `tasks/` says on which queue."""
        return "entregas.drenar_lentas" if lento else "entregas.drenar"

    def shown(self, destino: Destino) -> Mapping[str, Any]:
        """Return what people may see of a destination beside what every kind has; never a secret."""
        return {}

    def prepare(self) -> None:  # noqa: B027 - most kinds need nothing
        """Load what an attempt needs, so that a process that is about to fork has it."""

    def close(self) -> None:  # noqa: B027 - most kinds keep nothing open
        """Close what this process keeps open."""


@cache
def kinds() -> dict[str, Kind]:
    """Return every kind by its name."""
    found: list[Kind] = [module.KIND for module in modules("events.delivery.kinds")]
    return {kind.tipo: kind for kind in found}


def known_kind(tipo: str) -> Kind:
    """Return a kind by the name a person gave."""
    if tipo not in kinds():
        raise UsageError(
            f"Tipo de destino desconhecido: {tipo[:40]!r}. Use {' ou '.join(sorted(kinds()))}.", campo="tipo"
        )
    return kinds()[tipo]


def task_of(tipo: str, lento: bool) -> str:
    """Return the task that serves a destination."""
    return kinds()[tipo].task(lento=lento)


def to_wake(number: int, tipo: str, *, lento: bool) -> dict[int, str]:
    """Return a destination with the task that serves it; nothing where this version does not have its kind."""
    kind = kinds().get(tipo)
    return {number: kind.task(lento=lento)} if kind else {}


def buckets_of(destino: Destino, settings: DeliverySettings) -> tuple[Bucket, ...]:
    """Return every bucket that a destination draws on: its own limit, and the other side's."""
    own = Bucket(f"destino:{destino.id}", destino.por_minuto, 60 / destino.por_minuto) if destino.por_minuto else None
    return tuple(bucket for bucket in (own, kinds()[destino.tipo].bucket(destino, settings)) if bucket)


def prepare() -> None:
    """Load what the kinds that are in use need to deliver, before any is in use what all of them do.

    A library that nobody delivers with costs memory in each worker; one that comes into use is loaded then. Where the
    database does not say which are, all of them are: each process would load them for itself.
    """
    used = set[str]()
    with suppress(PlatformError), reading() as db:
        used.update(db.scalars(select(Destino.tipo).distinct()))
    for tipo, kind in kinds().items():
        if not used or tipo in used:
            kind.prepare()


def close() -> None:
    """Close what the kinds of this process keep open."""
    if kinds.cache_info().currsize:
        for kind in kinds().values():
            kind.close()
