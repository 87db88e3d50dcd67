"""Make a destination out of what a person says of it. What only its kind can judge, its kind judges."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.caller import OPERATOR, Caller
from core.clock import SYSTEM
from core.errors import UsageError
from core.text import storable
from events import filters, subscriptions, wake
from events.delivery.begun import begun
from events.delivery.kind import Checked, Said, known_kind, task_of
from events.delivery.resuming import resume
from flows.destinos.views import DestinationView, view
from storage.models.destinos import Destino, DestinoEvento
from storage.models.usuarios import Usuario
from storage.session import transaction

NAME_LIMIT, RATE_LIMIT = 200, 100_000


@dataclass(frozen=True)
class NewDestination:
    """What a person says of a destination."""

    tipo: str
    nome: str
    url: str
    eventos: Sequence[str]
    topico: str | None = None
    segredo: str | None = None
    severidade: str | None = None
    rotulos: Sequence[str] = ()
    silencio: str | None = None
    por_minuto: int | None = None
    ordem_estrita: bool = False
    cabecalhos: Mapping[str, str] = field(default_factory=dict)
    assinatura: str | None = None
    opcoes: Mapping[str, str] = field(default_factory=dict)
    filtro: str | None = None

    def as_said(self) -> Said:
        """Return what its kind has a say in."""
        return Said(self.url, self.topico, self.segredo, self.cabecalhos, self.assinatura, self.opcoes)


@dataclass(frozen=True)
class Created:
    """A destination just made or changed; `segredo` is set only when it was made here, to be shown once."""

    destino: DestinationView
    segredo: str | None
    aviso: str | None


def create(new: NewDestination, *, replacing: bool = False, caller: Caller = OPERATOR) -> Created:
    """Check and store the caller's destination; raise `UsageError` with what is wrong.

    With `replacing` the one of the same name, if there is, becomes what is given and is on again: what was kept for it
    goes out.
    """
    checked = known_kind(new.tipo).accepted(new.as_said())
    with transaction() as db:
        wanted = subscribed(db, new.eventos, new.tipo, caller.usuario_id)
        destino = Destino(**_columns(new, checked), assinaturas=wanted)
        destino.usuario_id = caller.usuario_id
        old = _of_same_name(db, destino) if replacing else None
        if old is not None:
            resume(db, old, SYSTEM.now())
            destino.id, destino.data_criacao = old.id, old.data_criacao
        destino = db.merge(destino)
        db.flush()
        if old is not None:
            # its kind may be another now, and so the task that serves it
            wake.after_commit(db, {destino.id: task_of(destino.tipo, destino.lento)})
        return Created(view(destino), checked.segredo, checked.aviso)


def _of_same_name(db: Session, new: Destino) -> Destino | None:
    mine = Destino.usuario_id.is_not_distinct_from(new.usuario_id)
    return db.scalars(select(Destino).where(Destino.nome == new.nome, mine).order_by(Destino.id)).first()


def _columns(new: NewDestination, checked: Checked) -> dict[str, Any]:
    return {
        **begun(new.tipo, checked, SYSTEM.now()),
        "nome": checked_name(new.nome),
        "ordem_estrita": new.ordem_estrita,
        "por_minuto": None if new.por_minuto is None else checked_rate(new.por_minuto),
        **filters.columns(new.severidade, new.rotulos, new.silencio, new.filtro),
    }


def subscribed(db: Session, eventos: Sequence[str], tipo: str, usuario_id: int | None) -> list[DestinoEvento]:
    """Return the rows of these subscriptions of an owner's destination of a kind."""
    owner = db.get_one(Usuario, usuario_id) if usuario_id is not None else None
    named = subscriptions.checked(eventos, tipo, of_user=owner is not None and not owner.is_staff)
    return [DestinoEvento(evento=name) for name in named]


def checked_name(nome: str) -> str:
    """Return a name for people; raise `UsageError` with what is wrong."""
    nome = nome.strip()
    if not 1 <= len(nome) <= NAME_LIMIT:
        raise UsageError(f"O nome do destino deve ter de 1 a {NAME_LIMIT} caracteres.", campo="nome")
    if not storable(nome):
        raise UsageError("O nome do destino tem caracteres inválidos.", campo="nome")
    return nome


def checked_rate(por_minuto: int) -> int:
    """Return a limit of deliveries a minute; raise `UsageError` for one that no row takes, or that lets nothing out."""
    if not 1 <= por_minuto <= RATE_LIMIT:
        raise UsageError(f"O limite por minuto vai de 1 a {RATE_LIMIT} entregas.", campo="por_minuto")
    return por_minuto
